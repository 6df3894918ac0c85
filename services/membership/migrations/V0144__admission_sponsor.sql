CREATE TABLE IF NOT EXISTS admission_sponsor (
  case_id BIGINT NOT NULL,
  role INT NOT NULL,
  member_id BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  PRIMARY KEY (case_id, role, member_id, valid_from),
  KEY admission_sponsor_by_member (member_id, role, case_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
