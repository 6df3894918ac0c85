CREATE TABLE IF NOT EXISTS attendance (
  meeting_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  full_member TINYINT(1) NOT NULL,
  voting TINYINT(1) NOT NULL,
  committee TINYINT(1) NOT NULL,
  presence INT NOT NULL,
  reason INT NOT NULL,
  approved_by BIGINT NULL,
  arrived_at DATETIME(6) NULL,
  PRIMARY KEY (meeting_id, member_id),
  KEY attendance_by_member (member_id, meeting_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
