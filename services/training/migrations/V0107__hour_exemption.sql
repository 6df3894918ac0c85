CREATE TABLE IF NOT EXISTS hour_exemption (
  member_id BIGINT NOT NULL,
  year INT NOT NULL,
  reason VARCHAR(16) NOT NULL,
  decided_by VARCHAR(128) NOT NULL,
  updated DATETIME(6) NOT NULL,
  PRIMARY KEY (member_id, year)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
