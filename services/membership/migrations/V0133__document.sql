CREATE TABLE IF NOT EXISTS document (
  id BIGINT NOT NULL,
  subject_collection VARCHAR(32) NOT NULL,
  subject_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  kind VARCHAR(48) NOT NULL,
  title VARCHAR(200) NOT NULL,
  media_type VARCHAR(100) NOT NULL,
  size BIGINT NOT NULL,
  sha256 VARBINARY(32) NOT NULL,
  object_key VARCHAR(200) NOT NULL,
  state INT NOT NULL,
  uploaded_by VARCHAR(128) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY document_by_subject (subject_collection, subject_id, id),
  KEY document_by_organization (organization_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
