CREATE TABLE IF NOT EXISTS document_chunk (
  document_id BIGINT NOT NULL,
  start_byte BIGINT NOT NULL,
  size BIGINT NOT NULL,
  digest VARBINARY(32) NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (document_id, start_byte)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
