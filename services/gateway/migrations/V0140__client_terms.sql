ALTER TABLE client
  ADD COLUMN department VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN contact VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'an office, never a person',
  ADD COLUMN thumbprints VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'x5t#S256 by space; empty: any certificate of the name',
  ADD COLUMN per_second INT NOT NULL DEFAULT 0 COMMENT '0: the default',
  ADD COLUMN burst INT NOT NULL DEFAULT 0 COMMENT '0: the default',
  ADD COLUMN daily_quota BIGINT NOT NULL DEFAULT 0 COMMENT '0: the default',
  ADD COLUMN etag BIGINT NOT NULL DEFAULT 1
