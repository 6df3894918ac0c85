CREATE TABLE IF NOT EXISTS ballot (
  session_id BIGINT NOT NULL,
  id VARBINARY(16) NOT NULL COMMENT 'random',
  choice VARBINARY(1024) NOT NULL COMMENT 'sealed, of one length within a session',
  PRIMARY KEY (session_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
