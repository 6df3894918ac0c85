CREATE TABLE IF NOT EXISTS second_factor (
  account_id BIGINT NOT NULL,
  secret VARBINARY(255) NOT NULL COMMENT 'sealed; empty: none confirmed',
  pending VARBINARY(255) NOT NULL COMMENT 'sealed, enrolled and not yet confirmed; empty: none',
  last_step BIGINT NOT NULL COMMENT 'of the last code accepted: no code up to it counts again',
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
