CREATE TABLE IF NOT EXISTS report_difference (
  report_id BIGINT NOT NULL,
  position INT NOT NULL,
  ordinal INT NOT NULL,
  organization_id BIGINT NOT NULL,
  table_no VARCHAR(8) NOT NULL,
  row_no INT NOT NULL,
  column_no INT NOT NULL,
  check_text VARCHAR(200) NOT NULL,
  expected BIGINT NOT NULL,
  actual BIGINT NOT NULL,
  PRIMARY KEY (report_id, position, ordinal)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
