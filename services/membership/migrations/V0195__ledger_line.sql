CREATE TABLE IF NOT EXISTS ledger_line (
  entry_id BIGINT NOT NULL,
  line INT NOT NULL,
  organization_id BIGINT NOT NULL,
  fund INT NOT NULL,
  account INT NOT NULL,
  year INT NOT NULL,
  debit_fen BIGINT NOT NULL,
  credit_fen BIGINT NOT NULL,
  PRIMARY KEY (entry_id, line),
  KEY ledger_line_by_account (organization_id, fund, account, year)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
