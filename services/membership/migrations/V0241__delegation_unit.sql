CREATE TABLE IF NOT EXISTS delegation_unit (
  committee_election_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  seats INT NOT NULL,
  election VARCHAR(40) NOT NULL,
  elected_on DATE NULL,
  PRIMARY KEY (committee_election_id, unit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
