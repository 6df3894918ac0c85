CREATE INDEX audit_by_organization ON audit (organization_id, id)
