ALTER TABLE auth_session
  ADD COLUMN method SMALLINT NOT NULL DEFAULT 1 COMMENT '1 password, 2 identity provider',
  ADD COLUMN second_factor SMALLINT NOT NULL DEFAULT 1 COMMENT '1 none, 2 pending, 3 enrolment required, 4 done',
  ADD COLUMN address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'from where it was opened',
  ADD COLUMN issued_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00.000000' COMMENT 'when its tokens were made';
