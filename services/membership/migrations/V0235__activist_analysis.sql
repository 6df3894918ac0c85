CREATE TABLE IF NOT EXISTS activist_analysis (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  year INT NOT NULL,
  analysed_on DATE NOT NULL,
  activists INT NOT NULL,
  new_activists INT NOT NULL,
  ripe INT NOT NULL,
  examinations_overdue INT NOT NULL,
  without_cultivator INT NOT NULL,
  new_candidates INT NOT NULL,
  branches INT NOT NULL,
  measures VARCHAR(64) NOT NULL,
  conclusion VARCHAR(500) NOT NULL,
  rule_set VARCHAR(64) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY activist_analysis_by_year (organization_id, year)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
