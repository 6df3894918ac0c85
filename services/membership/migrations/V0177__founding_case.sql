CREATE TABLE IF NOT EXISTS founding_case (
  id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  kind INT NOT NULL,
  title VARCHAR(200) NOT NULL,
  state INT NOT NULL,
  applied_on DATE NOT NULL,
  replied_on DATE NULL,
  organization_id BIGINT NOT NULL,
  filed_on DATE NULL,
  etag BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY founding_case_by_parent (parent_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
