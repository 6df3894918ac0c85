CREATE TABLE IF NOT EXISTS lapse_counter (
  member_id BIGINT NOT NULL,
  ground INT NOT NULL,
  organization_id BIGINT NOT NULL,
  months INT NOT NULL,
  last_reset_month INT NOT NULL,
  counted_month INT NOT NULL,
  state INT NOT NULL,
  case_id BIGINT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (member_id, ground),
  KEY lapse_counter_by_organization (organization_id, state, member_id, ground)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
