CREATE TABLE IF NOT EXISTS consumer_position (
  source VARCHAR(64) NOT NULL,
  last_sequence BIGINT NOT NULL,
  resume_token VARCHAR(1024) NOT NULL,
  updated DATETIME(6) NOT NULL,
  PRIMARY KEY (source)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
