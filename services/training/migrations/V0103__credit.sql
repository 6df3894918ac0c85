CREATE TABLE IF NOT EXISTS credit (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  year INT NOT NULL,
  kind INT NOT NULL,
  day DATE NOT NULL,
  half_hours INT NOT NULL,
  form CHAR(2) NOT NULL,
  organization_id BIGINT NOT NULL,
  verified_by VARCHAR(128) NOT NULL,
  created DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY credit_once (member_id, source_id, year),
  KEY credit_by_member_day (member_id, day, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
