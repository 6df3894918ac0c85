CREATE TABLE IF NOT EXISTS election_candidate (
  committee_election_id BIGINT NOT NULL,
  code INT NOT NULL,
  member_id BIGINT NOT NULL,
  elected TINYINT(1) NOT NULL,
  PRIMARY KEY (committee_election_id, code, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
