ALTER TABLE account
  ADD COLUMN member_id BIGINT NULL COMMENT 'the member it belongs to',
  ADD COLUMN second_factor_at DATETIME(6) NULL COMMENT 'since when it has a second factor',
  ADD UNIQUE KEY account_member (member_id),
  ADD KEY account_used (used_at, id);
