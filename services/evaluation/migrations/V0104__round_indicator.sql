CREATE TABLE IF NOT EXISTS round_indicator (
  round_id BIGINT NOT NULL,
  indicator VARCHAR(64) NOT NULL,
  source VARCHAR(40) NOT NULL,
  title VARCHAR(100) NOT NULL,
  rule_id VARCHAR(64) NOT NULL,
  rule_source VARCHAR(300) NOT NULL,
  rule_version VARCHAR(64) NOT NULL,
  PRIMARY KEY (round_id, indicator)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
