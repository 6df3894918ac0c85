CREATE TABLE IF NOT EXISTS ledger_export (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  requested_by VARCHAR(128) NOT NULL,
  ledger INT NOT NULL,
  subject_collection VARCHAR(32) NOT NULL,
  subject_id BIGINT NOT NULL,
  year INT NOT NULL,
  format INT NOT NULL,
  purpose VARCHAR(32) NOT NULL,
  unmasked TINYINT(1) NOT NULL,
  rule_set VARCHAR(64) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  expire_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY ledger_export_by_organization (organization_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
