CREATE TABLE IF NOT EXISTS transfer_person (
  transfer_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  open_identity VARBINARY(32) NULL,
  particulars VARBINARY(8192) NOT NULL,
  dues_paid_through DATE NULL,
  PRIMARY KEY (transfer_id),
  UNIQUE KEY transfer_person_by_open_identity (open_identity)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
