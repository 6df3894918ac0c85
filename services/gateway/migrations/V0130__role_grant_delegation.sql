ALTER TABLE role_grant
  ADD COLUMN IF NOT EXISTS basis VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS source_id BIGINT NOT NULL DEFAULT 0 COMMENT 'the grant that it was delegated from; 0: none',
  ADD COLUMN IF NOT EXISTS delegator_id BIGINT NOT NULL DEFAULT 0 COMMENT 'the account that delegated it; 0: none',
  ADD COLUMN IF NOT EXISTS end_reason SMALLINT NOT NULL DEFAULT 0
    COMMENT '0 none, 1 revoked, 2 source ended, 3 member moved, 4 member left',
  ADD COLUMN IF NOT EXISTS member_inside TINYINT(1) NOT NULL DEFAULT 0
    COMMENT '1: the member of the account has been inside the subtree';
