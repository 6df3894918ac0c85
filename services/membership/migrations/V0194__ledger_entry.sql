CREATE TABLE IF NOT EXISTS ledger_entry (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  fund INT NOT NULL,
  kind INT NOT NULL,
  day DATE NOT NULL,
  use_code INT NOT NULL,
  decision VARCHAR(64) NOT NULL,
  reference_collection VARCHAR(32) NOT NULL,
  reference_id BIGINT NOT NULL,
  reverses_id BIGINT NULL,
  posted_by VARCHAR(128) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY ledger_entry_by_reversed (reverses_id),
  KEY ledger_entry_by_organization (organization_id, fund, id),
  KEY ledger_entry_by_reference (reference_collection, reference_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
