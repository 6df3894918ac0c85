CREATE TABLE IF NOT EXISTS membership_interval (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  category INT NOT NULL,
  standing INT NOT NULL,
  voting TINYINT(1) NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY membership_interval_by_member (member_id, valid_to),
  KEY membership_interval_by_organization (organization_id, valid_to, standing, category)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
