CREATE TABLE IF NOT EXISTS organization_profile (
  organization_id BIGINT NOT NULL,
  statistics_title VARCHAR(200) NOT NULL,
  former_titles VARCHAR(400) NOT NULL,
  contact_member_id BIGINT NOT NULL,
  functional TINYINT(1) NOT NULL,
  founded_by_id BIGINT NOT NULL,
  new_business_form TINYINT(1) NOT NULL,
  stationed_outside INT NOT NULL,
  scattered_sites TINYINT(1) NOT NULL,
  size_approved TINYINT(1) NOT NULL,
  etag BIGINT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (organization_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
