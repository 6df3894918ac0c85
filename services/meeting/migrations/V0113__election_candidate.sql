CREATE TABLE IF NOT EXISTS election_candidate (
  election_id BIGINT NOT NULL,
  round INT NOT NULL COMMENT '0: the slate of the coming round',
  member_id BIGINT NOT NULL,
  position INT NOT NULL COMMENT '0: written in',
  votes_for INT NOT NULL,
  votes_against INT NOT NULL,
  abstained INT NOT NULL,
  outcome INT NOT NULL,
  PRIMARY KEY (election_id, round, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
