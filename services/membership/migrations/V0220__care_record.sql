CREATE TABLE IF NOT EXISTS care_record (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  kind INT NOT NULL,
  occasion INT NOT NULL,
  day DATE NOT NULL,
  amount_fen BIGINT NOT NULL,
  fund INT NOT NULL,
  giver_id BIGINT NOT NULL,
  voided TINYINT(1) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY care_record_by_member (member_id, id),
  KEY care_record_by_organization (organization_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
