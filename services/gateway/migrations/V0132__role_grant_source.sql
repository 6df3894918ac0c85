ALTER TABLE role_grant ADD INDEX IF NOT EXISTS role_grant_source (source_id, id);
