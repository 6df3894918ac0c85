CREATE TABLE IF NOT EXISTS interval_copy (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  category INT NOT NULL,
  standing VARCHAR(4) NOT NULL,
  voting TINYINT(1) NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  PRIMARY KEY (id),
  KEY interval_copy_by_organization (organization_id, valid_to, standing, category),
  KEY interval_copy_by_member (member_id, valid_from)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
