CREATE TABLE IF NOT EXISTS worker_event (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind INT NOT NULL,
  title VARCHAR(200) NOT NULL,
  from_day DATE NOT NULL,
  to_day DATE NULL,
  document_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY worker_event_by_member (member_id, kind, from_day, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
