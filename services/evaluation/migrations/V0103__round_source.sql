CREATE TABLE IF NOT EXISTS round_source (
  round_id BIGINT NOT NULL,
  source VARCHAR(40) NOT NULL,
  resume_token VARCHAR(2000) NOT NULL,
  facts BIGINT NOT NULL,
  done TINYINT(1) NOT NULL,
  problem VARCHAR(300) NOT NULL,
  PRIMARY KEY (round_id, source)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
