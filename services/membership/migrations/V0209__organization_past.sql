CREATE TABLE IF NOT EXISTS organization_past (
  organization_id BIGINT NOT NULL,
  valid_to DATE NOT NULL,
  parent_id BIGINT NOT NULL,
  PRIMARY KEY (organization_id, valid_to),
  KEY organization_past_by_day (valid_to, organization_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
