CREATE TABLE IF NOT EXISTS hour_summary (
  year INT NOT NULL,
  organization_id BIGINT NOT NULL,
  members BIGINT NOT NULL,
  exempt BIGINT NOT NULL,
  due BIGINT NOT NULL,
  reached BIGINT NOT NULL,
  covered BIGINT NOT NULL,
  missing_half_hours BIGINT NOT NULL,
  leaders_due BIGINT NOT NULL,
  leaders_reached BIGINT NOT NULL,
  PRIMARY KEY (year, organization_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
