CREATE TABLE IF NOT EXISTS transfer_counter (
  organization_id BIGINT NOT NULL,
  year INT NOT NULL,
  transfers INT NOT NULL,
  letters INT NOT NULL,
  PRIMARY KEY (organization_id, year)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
