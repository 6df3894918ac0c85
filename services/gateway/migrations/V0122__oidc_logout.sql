CREATE TABLE IF NOT EXISTS oidc_logout (
  token_hash BINARY(32) NOT NULL COMMENT 'of issuer and jti: a logout token works once',
  expires_at DATETIME(6) NOT NULL,
  PRIMARY KEY (token_hash),
  KEY oidc_logout_expires (expires_at, token_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
