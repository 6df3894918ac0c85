CREATE TABLE IF NOT EXISTS member_check (
  member_id BIGINT NOT NULL,
  changed_at DATETIME(6) NOT NULL COMMENT 'when the latest event of the member arrived here',
  PRIMARY KEY (member_id),
  KEY member_check_changed (changed_at, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
