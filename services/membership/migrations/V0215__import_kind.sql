ALTER TABLE roster_import
  ADD COLUMN kind INT NOT NULL DEFAULT 1 COMMENT 'what the file holds; 1: members',
  ADD COLUMN whole TINYINT(1) NOT NULL DEFAULT 0 COMMENT 'written whole or not at all';
