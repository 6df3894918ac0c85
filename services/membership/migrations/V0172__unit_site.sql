CREATE TABLE IF NOT EXISTS unit_site (
  id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  title VARCHAR(200) NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NULL,
  full_members INT NOT NULL,
  branch_id BIGINT NOT NULL,
  etag BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY unit_site_by_unit (unit_id, id),
  KEY unit_site_by_organization (organization_id, branch_id, id),
  KEY unit_site_by_branch (branch_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
