CREATE TABLE IF NOT EXISTS hour_account (
  member_id BIGINT NOT NULL,
  year INT NOT NULL,
  organization_id BIGINT NOT NULL DEFAULT 0,
  role INT NOT NULL DEFAULT 1,
  months INT NOT NULL DEFAULT 0,
  required INT NOT NULL DEFAULT 0,
  credited INT NOT NULL DEFAULT 0,
  credits INT NOT NULL DEFAULT 0,
  exemption VARCHAR(16) NOT NULL DEFAULT '',
  updated DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00',
  PRIMARY KEY (member_id, year),
  KEY hour_account_by_organization (organization_id, year, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
