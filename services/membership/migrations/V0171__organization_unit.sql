CREATE TABLE IF NOT EXISTS organization_unit (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  open_unit_id BIGINT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY organization_unit_open (organization_id, open_unit_id),
  KEY organization_unit_by_unit (unit_id, valid_to)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
