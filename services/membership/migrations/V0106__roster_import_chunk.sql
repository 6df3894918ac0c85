CREATE TABLE IF NOT EXISTS roster_import_chunk (
  import_id BIGINT NOT NULL,
  start_byte BIGINT NOT NULL,
  size BIGINT NOT NULL,
  digest VARBINARY(32) NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (import_id, start_byte)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
