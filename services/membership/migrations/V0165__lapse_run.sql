CREATE TABLE IF NOT EXISTS lapse_run (
  month INT NOT NULL,
  after_member_id BIGINT NOT NULL,
  finished TINYINT(1) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
