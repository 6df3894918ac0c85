CREATE TABLE IF NOT EXISTS agenda_item (
  meeting_id BIGINT NOT NULL,
  position INT NOT NULL,
  title VARCHAR(200) NOT NULL,
  code VARCHAR(32) NOT NULL,
  speaker_count INT NOT NULL,
  summary VARCHAR(4000) NOT NULL,
  pre_committee_meeting_id BIGINT NULL,
  PRIMARY KEY (meeting_id, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
