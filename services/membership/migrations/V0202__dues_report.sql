CREATE TABLE IF NOT EXISTS dues_report (
  organization_id BIGINT NOT NULL,
  year INT NOT NULL,
  figures VARBINARY(8000) NOT NULL,
  publish_time DATETIME(6) NOT NULL,
  PRIMARY KEY (organization_id, year)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
