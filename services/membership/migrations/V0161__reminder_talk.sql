CREATE TABLE IF NOT EXISTS reminder_talk (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  held_on DATE NOT NULL,
  reason INT NOT NULL,
  actions VARCHAR(32) NOT NULL,
  talker_id BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY reminder_talk_by_member (member_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
