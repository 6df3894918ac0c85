CREATE TABLE IF NOT EXISTS dues_month (
  organization_id BIGINT NOT NULL,
  month INT NOT NULL,
  members BIGINT NOT NULL,
  billed_members BIGINT NOT NULL,
  billed_fen BIGINT NOT NULL,
  settled_fen BIGINT NOT NULL,
  collected_fen BIGINT NOT NULL,
  PRIMARY KEY (organization_id, month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
