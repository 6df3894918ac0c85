CREATE TABLE IF NOT EXISTS roster_import_error (
  import_id BIGINT NOT NULL,
  row_no INT NOT NULL,
  item INT NOT NULL,
  column_title VARCHAR(64) NOT NULL,
  message VARCHAR(500) NOT NULL,
  PRIMARY KEY (import_id, row_no, item)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
