CREATE TABLE IF NOT EXISTS certificate (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  issuer VARCHAR(120) NOT NULL,
  number VARCHAR(64) NOT NULL,
  title VARCHAR(120) NOT NULL,
  form CHAR(2) NOT NULL,
  day DATE NOT NULL,
  half_hours INT NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  verified_by VARCHAR(128) NOT NULL,
  verified DATETIME(6) NOT NULL,
  created DATETIME(6) NOT NULL,
  etag BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY certificate_once (member_id, issuer, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
