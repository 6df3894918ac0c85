CREATE TABLE IF NOT EXISTS decision (
  id BIGINT NOT NULL,
  subject_collection VARCHAR(32) NOT NULL,
  subject_id BIGINT NOT NULL,
  event VARCHAR(64) NOT NULL,
  rule_id VARCHAR(16) NOT NULL,
  rule_set VARCHAR(64) NOT NULL,
  source VARCHAR(200) NOT NULL,
  required VARCHAR(200) NOT NULL,
  actual VARCHAR(200) NOT NULL,
  outcome INT NOT NULL,
  reason VARCHAR(64) NOT NULL,
  time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY decision_by_subject (subject_collection, subject_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
