CREATE TABLE IF NOT EXISTS ledger_check (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  state INT NOT NULL,
  position VARCHAR(1000) NOT NULL,
  organizations_done BIGINT NOT NULL,
  debit_fen BIGINT NOT NULL,
  credit_fen BIGINT NOT NULL,
  difference_count BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  end_time DATETIME(6) NULL,
  PRIMARY KEY (id),
  KEY ledger_check_by_state (state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
