CREATE TABLE IF NOT EXISTS observer (
  meeting_id BIGINT NOT NULL,
  position INT NOT NULL,
  name VARCHAR(60) NOT NULL,
  member_id BIGINT NULL,
  capacity VARCHAR(60) NOT NULL,
  PRIMARY KEY (meeting_id, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
