ALTER TABLE role_grant ADD INDEX IF NOT EXISTS role_grant_organization (organization_id, id);
