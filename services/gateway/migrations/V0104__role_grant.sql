CREATE TABLE IF NOT EXISTS role_grant (
  id BIGINT NOT NULL,
  holder_kind SMALLINT NOT NULL COMMENT '1 account, 2 client',
  holder_id BIGINT NOT NULL,
  role VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  organization_id BIGINT NOT NULL COMMENT '0: all organizations',
  starts_at DATETIME(6) NOT NULL,
  ends_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  creator VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (id),
  KEY role_grant_holder (holder_kind, holder_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
