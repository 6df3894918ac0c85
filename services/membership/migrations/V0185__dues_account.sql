CREATE TABLE IF NOT EXISTS dues_account (
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  paid_through DATE NULL,
  arrears_months INT NOT NULL,
  unpaid_months INT NOT NULL,
  arrears_fen BIGINT NOT NULL,
  last_paid_on DATE NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
