CREATE TABLE IF NOT EXISTS sign_in_guard (
  id BIGINT NOT NULL,
  login_hash BINARY(32) NOT NULL COMMENT 'of the name as typed, whether or not an account has it',
  failures BIGINT NOT NULL,
  locked_until DATETIME(6) NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY sign_in_guard_login (login_hash),
  KEY sign_in_guard_updated (updated_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
