CREATE TABLE IF NOT EXISTS role_post_holder (
  id BIGINT NOT NULL,
  role_post_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  PRIMARY KEY (id),
  KEY role_post_holder_by_post (role_post_id, valid_to, id),
  KEY role_post_holder_by_member (member_id, valid_to)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
