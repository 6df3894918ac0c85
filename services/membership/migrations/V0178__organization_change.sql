CREATE TABLE IF NOT EXISTS organization_change (
  id BIGINT NOT NULL,
  kind INT NOT NULL,
  state INT NOT NULL,
  target_id BIGINT NOT NULL,
  effective_on DATE NOT NULL,
  moved INT NOT NULL,
  total INT NOT NULL,
  error_reason VARCHAR(64) NOT NULL,
  subject VARCHAR(100) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY organization_change_by_target (target_id, id),
  KEY organization_change_by_state (state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
