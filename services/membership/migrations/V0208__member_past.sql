CREATE TABLE IF NOT EXISTS member_past (
  member_id BIGINT NOT NULL,
  valid_to DATE NOT NULL,
  education VARCHAR(2) NOT NULL,
  degree VARCHAR(3) NOT NULL,
  occupation VARCHAR(100) NOT NULL,
  technical_post VARCHAR(100) NOT NULL,
  migrant_worker TINYINT(1) NOT NULL,
  PRIMARY KEY (member_id, valid_to),
  KEY member_past_by_day (valid_to, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
