CREATE TABLE IF NOT EXISTS election_voter (
  election_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  reason INT NOT NULL COMMENT '0: should vote',
  upper_consent VARCHAR(100) NOT NULL,
  resolution VARCHAR(60) NOT NULL,
  PRIMARY KEY (election_id, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
