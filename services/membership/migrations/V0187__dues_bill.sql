CREATE TABLE IF NOT EXISTS dues_bill (
  member_id BIGINT NOT NULL,
  month INT NOT NULL,
  organization_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  paid_fen BIGINT NOT NULL,
  state INT NOT NULL,
  settled TINYINT(1) NOT NULL,
  PRIMARY KEY (member_id, month),
  KEY dues_bill_by_branch (organization_id, settled, month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
