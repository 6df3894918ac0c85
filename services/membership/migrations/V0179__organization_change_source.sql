CREATE TABLE IF NOT EXISTS organization_change_source (
  organization_change_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  running_organization_id BIGINT NULL,
  ordinal INT NOT NULL,
  done TINYINT(1) NOT NULL,
  moved INT NOT NULL,
  PRIMARY KEY (organization_change_id, organization_id),
  UNIQUE KEY organization_change_source_running (running_organization_id),
  KEY organization_change_source_by_organization (organization_id, organization_change_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
