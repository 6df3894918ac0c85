CREATE TABLE IF NOT EXISTS lapse_month (
  member_id BIGINT NOT NULL,
  ground INT NOT NULL,
  month INT NOT NULL,
  verdict INT NOT NULL,
  run INT NOT NULL,
  PRIMARY KEY (member_id, ground, month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
