CREATE TABLE IF NOT EXISTS worker_exchange (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  from_organization_id BIGINT NOT NULL,
  to_organization_id BIGINT NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY worker_exchange_by_member (member_id, starts_on, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
