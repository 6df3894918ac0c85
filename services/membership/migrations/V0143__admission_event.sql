CREATE TABLE IF NOT EXISTS admission_event (
  id BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  kind INT NOT NULL,
  day DATE NOT NULL,
  state_before INT NOT NULL,
  state_after INT NOT NULL,
  organization_id BIGINT NOT NULL,
  branch_id BIGINT NOT NULL,
  actor VARCHAR(128) NOT NULL,
  motion VARCHAR(64) NOT NULL,
  facts VARBINARY(4096) NOT NULL,
  time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY admission_event_by_case (case_id, id),
  KEY admission_event_by_branch (branch_id, kind, day),
  KEY admission_event_by_kind (kind, day, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
