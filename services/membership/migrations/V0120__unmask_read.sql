CREATE TABLE IF NOT EXISTS unmask_read (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  subject VARCHAR(128) NOT NULL,
  role VARCHAR(64) NOT NULL,
  organization_id BIGINT NOT NULL,
  kind INT NOT NULL,
  fields VARCHAR(128) NOT NULL,
  purpose VARCHAR(32) NOT NULL,
  reason VARCHAR(400) NOT NULL,
  time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY unmask_read_by_member (member_id, id),
  KEY unmask_read_by_subject (subject, kind, time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
