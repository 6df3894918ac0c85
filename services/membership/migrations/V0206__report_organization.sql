CREATE TABLE IF NOT EXISTS report_organization (
  report_id BIGINT NOT NULL,
  position INT NOT NULL,
  last_position INT NOT NULL,
  organization_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  level INT NOT NULL,
  title VARCHAR(200) NOT NULL,
  own_cells MEDIUMBLOB NOT NULL,
  cells MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id, position),
  UNIQUE KEY report_organization_by_organization (report_id, organization_id),
  KEY report_organization_by_parent (report_id, parent_id, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
