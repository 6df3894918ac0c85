CREATE TABLE IF NOT EXISTS dues_allocation (
  payment_id BIGINT NOT NULL,
  month INT NOT NULL,
  member_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  settled TINYINT(1) NOT NULL,
  PRIMARY KEY (payment_id, month),
  KEY dues_allocation_by_bill (member_id, month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
