CREATE TABLE IF NOT EXISTS election_teller (
  election_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  duty INT NOT NULL,
  PRIMARY KEY (election_id, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
