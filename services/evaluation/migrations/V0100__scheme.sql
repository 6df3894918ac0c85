CREATE TABLE IF NOT EXISTS scheme (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  code VARCHAR(32) NOT NULL,
  version INT NOT NULL,
  title VARCHAR(100) NOT NULL,
  state INT NOT NULL,
  rules MEDIUMBLOB NOT NULL,
  rules_digest VARBINARY(32) NOT NULL,
  system_share INT NOT NULL,
  etag BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  published_at DATETIME(6) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY scheme_by_version (code, version)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
