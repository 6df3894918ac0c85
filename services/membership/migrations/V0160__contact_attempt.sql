CREATE TABLE IF NOT EXISTS contact_attempt (
  id BIGINT NOT NULL,
  suspension_case_id BIGINT NOT NULL,
  day DATE NOT NULL,
  method INT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY contact_attempt_by_case (suspension_case_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
