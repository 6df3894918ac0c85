CREATE TABLE IF NOT EXISTS dues_standard (
  member_id BIGINT NOT NULL,
  year INT NOT NULL,
  revision INT NOT NULL,
  kind INT NOT NULL,
  category INT NOT NULL,
  base_fen BIGINT NOT NULL,
  rate_bp INT NOT NULL,
  amount_fen BIGINT NOT NULL,
  capped TINYINT(1) NOT NULL,
  from_month INT NOT NULL,
  to_month INT NOT NULL,
  reason INT NOT NULL,
  rule_set VARCHAR(64) NOT NULL,
  source VARCHAR(200) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (member_id, year, revision)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
