CREATE TABLE IF NOT EXISTS key_rotation (
  version INT NOT NULL,
  sealed_table VARCHAR(64) NOT NULL,
  pass INT NOT NULL,
  reached VARCHAR(128) NOT NULL,
  total BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  stale BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  resealed BIGINT NOT NULL,
  started DATETIME(6) NOT NULL,
  finished DATETIME(6) NULL,
  PRIMARY KEY (version, sealed_table)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
