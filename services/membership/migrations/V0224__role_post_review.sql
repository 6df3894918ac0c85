CREATE TABLE IF NOT EXISTS role_post_review (
  role_post_id BIGINT NOT NULL,
  year INT NOT NULL,
  meeting_id BIGINT NOT NULL,
  day DATE NOT NULL,
  result INT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (role_post_id, year)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
