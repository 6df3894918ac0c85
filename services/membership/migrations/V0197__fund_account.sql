CREATE TABLE IF NOT EXISTS fund_account (
  organization_id BIGINT NOT NULL,
  fund INT NOT NULL,
  bank VARCHAR(16) NOT NULL,
  opened_on DATE NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (organization_id, fund)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
