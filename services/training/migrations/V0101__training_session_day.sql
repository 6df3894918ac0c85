CREATE TABLE IF NOT EXISTS training_session_day (
  session_id BIGINT NOT NULL,
  day DATE NOT NULL,
  unit INT NOT NULL,
  half_hours INT NOT NULL,
  credited INT NOT NULL,
  PRIMARY KEY (session_id, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
