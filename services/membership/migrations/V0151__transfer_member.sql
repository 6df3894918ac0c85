CREATE TABLE IF NOT EXISTS transfer_member (
  transfer_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  open_member_id BIGINT NULL,
  from_organization_id BIGINT NOT NULL,
  category INT NOT NULL,
  dues_paid_through DATE NULL,
  dues_source INT NOT NULL,
  PRIMARY KEY (transfer_id, member_id),
  UNIQUE KEY transfer_member_by_open_member (open_member_id),
  KEY transfer_member_by_member (member_id, transfer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
