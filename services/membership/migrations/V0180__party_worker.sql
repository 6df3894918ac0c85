CREATE TABLE IF NOT EXISTS party_worker (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  post INT NOT NULL,
  full_time TINYINT(1) NOT NULL,
  started_on DATE NOT NULL,
  ended_on DATE NOT NULL,
  running_member_id BIGINT NULL,
  etag BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY party_worker_running (running_member_id, organization_id, post),
  KEY party_worker_by_member (member_id, id),
  KEY party_worker_by_organization (organization_id, ended_on, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
