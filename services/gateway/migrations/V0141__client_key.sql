CREATE TABLE IF NOT EXISTS client_key (
  client_id BIGINT NOT NULL,
  key_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  kind SMALLINT NOT NULL COMMENT '1 secret, 2 public key',
  algorithm VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'of a public key; empty for a secret',
  material TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'the JWK, or the SHA-256 of the secret in hexadecimal',
  created_at DATETIME(6) NOT NULL,
  ends_at DATETIME(6) NULL,
  PRIMARY KEY (client_id, key_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
