CREATE TABLE IF NOT EXISTS remittance_ratio (
  organization_id BIGINT NOT NULL,
  from_year INT NOT NULL,
  basis INT NOT NULL,
  ratio_bp INT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (organization_id, from_year)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
