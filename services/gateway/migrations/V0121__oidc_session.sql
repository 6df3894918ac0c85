CREATE TABLE IF NOT EXISTS oidc_session (
  session_id BIGINT NOT NULL COMMENT 'auth_session.id',
  identity_id BIGINT NOT NULL,
  provider_session VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'sid; may be empty',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (session_id),
  KEY oidc_session_identity (identity_id, session_id),
  KEY oidc_session_created (created_at, session_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
