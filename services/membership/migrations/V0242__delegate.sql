CREATE TABLE IF NOT EXISTS delegate (
  committee_election_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (committee_election_id, unit_id, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
