CREATE TABLE IF NOT EXISTS voter_token (
  session_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL COMMENT 'a voter present',
  token_hash VARBINARY(32) NULL COMMENT 'until the session is closed',
  received TINYINT(1) NOT NULL,
  used TINYINT(1) NOT NULL,
  PRIMARY KEY (session_id, member_id),
  UNIQUE KEY voter_token_by_hash (token_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
