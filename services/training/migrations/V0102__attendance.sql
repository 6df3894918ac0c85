CREATE TABLE IF NOT EXISTS attendance (
  session_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  state INT NOT NULL,
  organization_id BIGINT NOT NULL,
  credited TINYINT(1) NOT NULL,
  updated DATETIME(6) NOT NULL,
  PRIMARY KEY (session_id, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
