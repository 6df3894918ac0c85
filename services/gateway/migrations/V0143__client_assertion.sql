CREATE TABLE IF NOT EXISTS client_assertion (
  client_id BIGINT NOT NULL,
  jti_hash VARBINARY(32) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  PRIMARY KEY (client_id, jti_hash),
  KEY client_assertion_expires (expires_at, client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
