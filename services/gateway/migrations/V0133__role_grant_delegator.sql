ALTER TABLE role_grant ADD INDEX IF NOT EXISTS role_grant_delegator (delegator_id, id);
