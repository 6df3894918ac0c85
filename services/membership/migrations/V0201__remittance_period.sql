CREATE TABLE IF NOT EXISTS remittance_period (
  organization_id BIGINT NOT NULL,
  period VARCHAR(8) NOT NULL,
  first_month INT NOT NULL,
  last_month INT NOT NULL,
  remittance_count INT NOT NULL,
  paid_fen BIGINT NOT NULL,
  received_fen BIGINT NOT NULL,
  central_fen BIGINT NOT NULL,
  close_time DATETIME(6) NOT NULL,
  PRIMARY KEY (organization_id, period),
  KEY remittance_period_by_month (organization_id, last_month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
