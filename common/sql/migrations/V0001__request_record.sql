CREATE TABLE IF NOT EXISTS request_record (
  subject VARCHAR(128) NOT NULL,
  method VARCHAR(160) NOT NULL,
  request_id VARCHAR(64) NOT NULL,
  digest VARBINARY(32) NOT NULL,
  organization_id BIGINT NULL,
  response MEDIUMBLOB NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (subject, method, request_id),
  KEY request_record_by_creation (created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
