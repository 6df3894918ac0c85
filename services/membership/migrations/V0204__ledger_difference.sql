CREATE TABLE IF NOT EXISTS ledger_difference (
  check_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  rule VARCHAR(16) NOT NULL,
  organization_id BIGINT NOT NULL,
  fund INT NOT NULL,
  expected_fen BIGINT NOT NULL,
  actual_fen BIGINT NOT NULL,
  PRIMARY KEY (check_id, ordinal)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
