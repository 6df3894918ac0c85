CREATE TABLE IF NOT EXISTS fund_request (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  decider_id BIGINT NOT NULL,
  use_code INT NOT NULL,
  amount_fen BIGINT NOT NULL,
  allotted_fen BIGINT NOT NULL,
  motion VARCHAR(64) NOT NULL,
  decision VARCHAR(64) NOT NULL,
  state INT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  decide_time DATETIME(6) NULL,
  PRIMARY KEY (id),
  KEY fund_request_by_organization (organization_id, id),
  KEY fund_request_by_decider (decider_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
