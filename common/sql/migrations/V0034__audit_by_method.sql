CREATE INDEX audit_by_method ON audit (method, id)
