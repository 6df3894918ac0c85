CREATE TABLE IF NOT EXISTS member_export (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  requested_by VARCHAR(128) NOT NULL,
  purpose VARCHAR(32) NOT NULL,
  category INT NOT NULL,
  standing INT NOT NULL,
  unmasked TINYINT(1) NOT NULL,
  rule_set VARCHAR(64) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  expire_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY member_export_by_organization (organization_id, id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
