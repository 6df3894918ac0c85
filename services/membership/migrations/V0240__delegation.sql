CREATE TABLE IF NOT EXISTS delegation (
  committee_election_id BIGINT NOT NULL,
  credentials_on DATE NULL,
  etag BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (committee_election_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
