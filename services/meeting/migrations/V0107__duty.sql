CREATE TABLE IF NOT EXISTS duty (
  id BIGINT NOT NULL,
  rule_id VARCHAR(16) NOT NULL,
  window_start DATE NOT NULL,
  window_end DATE NOT NULL,
  organization_id BIGINT NOT NULL,
  standing INT NOT NULL,
  met_by BIGINT NULL,
  rule_set VARCHAR(64) NOT NULL,
  etag BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY duty_by_window (rule_id, window_start, organization_id),
  KEY duty_by_organization (organization_id, window_start, rule_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
