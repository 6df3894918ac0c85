CREATE TABLE IF NOT EXISTS round_fact (
  round_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  indicator VARCHAR(64) NOT NULL,
  numerator BIGINT NOT NULL,
  denominator BIGINT NOT NULL,
  evidence VARCHAR(200) NOT NULL,
  PRIMARY KEY (round_id, organization_id, indicator)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
