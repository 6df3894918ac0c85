CREATE TABLE IF NOT EXISTS honour (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  code INT NOT NULL,
  level INT NOT NULL,
  title VARCHAR(100) NOT NULL,
  awarded_by VARCHAR(100) NOT NULL,
  awarded_on DATE NOT NULL,
  revoked_on DATE NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY honour_by_holder (organization_id, member_id, code, level, awarded_on),
  KEY honour_by_member (member_id, code, id),
  KEY honour_by_organization (organization_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
