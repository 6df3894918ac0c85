ALTER TABLE organization
  ADD COLUMN can_approve_probationary TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN admits_floating TINYINT(1) NOT NULL DEFAULT 0
