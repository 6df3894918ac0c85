CREATE TABLE IF NOT EXISTS bill_run (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  month INT NOT NULL,
  state INT NOT NULL,
  position VARCHAR(1000) NOT NULL,
  after_member BIGINT NOT NULL,
  branches_done BIGINT NOT NULL,
  bills_made BIGINT NOT NULL,
  without_standard BIGINT NOT NULL,
  requested_by VARCHAR(128) NOT NULL,
  trace_id VARCHAR(32) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  end_time DATETIME(6) NULL,
  PRIMARY KEY (id),
  KEY bill_run_by_state (state, id),
  KEY bill_run_by_organization (organization_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
