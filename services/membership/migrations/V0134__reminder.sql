CREATE TABLE IF NOT EXISTS reminder (
  deadline_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  code VARCHAR(8) NOT NULL,
  due_on DATE NOT NULL,
  stage INT NOT NULL,
  raise_time DATETIME(6) NOT NULL,
  PRIMARY KEY (deadline_id, organization_id),
  KEY reminder_by_organization (organization_id, due_on, deadline_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
