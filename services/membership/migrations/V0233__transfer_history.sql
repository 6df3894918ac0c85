ALTER TABLE transfer
  ADD COLUMN pending_count INT NOT NULL DEFAULT 0,
  ADD COLUMN noted_to BIGINT NOT NULL DEFAULT 0,
  ADD INDEX transfer_by_pending (pending_count, id)
