CREATE TABLE IF NOT EXISTS member_task (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  kind INT NOT NULL,
  assigned_on DATE NOT NULL,
  due_on DATE NOT NULL,
  completed_on DATE NULL,
  cancelled_on DATE NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY member_task_by_member (member_id, id),
  KEY member_task_by_days (member_id, assigned_on, completed_on)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
