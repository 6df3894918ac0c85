CREATE TABLE IF NOT EXISTS audit_chain (
  sequence BIGINT NOT NULL,
  audit_id BIGINT NOT NULL,
  hash VARBINARY(32) NOT NULL,
  PRIMARY KEY (sequence),
  UNIQUE KEY audit_chain_by_audit (audit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
