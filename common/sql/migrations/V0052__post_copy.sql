CREATE TABLE IF NOT EXISTS post_copy (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  post_code CHAR(2) NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  PRIMARY KEY (id),
  KEY post_copy_by_organization (organization_id, valid_to, valid_from),
  KEY post_copy_by_member (member_id, valid_from)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
