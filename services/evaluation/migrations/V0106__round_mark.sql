CREATE TABLE IF NOT EXISTS round_mark (
  round_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  item VARCHAR(32) NOT NULL,
  points BIGINT NOT NULL,
  basis VARCHAR(300) NOT NULL,
  recorder VARCHAR(128) NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  PRIMARY KEY (round_id, organization_id, item)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
