ALTER TABLE document
  ADD COLUMN uploaded BIGINT NOT NULL DEFAULT 0 COMMENT 'bytes in document_chunk',
  ADD COLUMN sealed_key VARBINARY(128) NOT NULL DEFAULT '' COMMENT 'the key of its bytes, sealed; empty: destroyed',
  ADD COLUMN sweep_after DATETIME(6) NULL COMMENT 'when its bytes are to go; absent: they stay',
  ADD KEY document_by_sweep (sweep_after, id);
