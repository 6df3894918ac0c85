CREATE TABLE IF NOT EXISTS account_due (
  id BIGINT NOT NULL,
  due_on DATE NOT NULL,
  member_id BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY account_due_once (due_on, member_id, sequence)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
