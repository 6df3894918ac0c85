CREATE TABLE IF NOT EXISTS account (
  id BIGINT NOT NULL,
  login_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  display_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  organization_id BIGINT NOT NULL COMMENT '0: of the whole house',
  state SMALLINT NOT NULL COMMENT '1 new, 2 password change required, 3 active, 4 disabled',
  password_hash VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'argon2id; empty: none',
  password_changed_at DATETIME(6) NOT NULL,
  used_at DATETIME(6) NOT NULL COMMENT 'last sign-in, or creation or enabling',
  signed_in_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  etag BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY account_login_name (login_name),
  KEY account_organization (organization_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
