CREATE TABLE IF NOT EXISTS election (
  id BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  meeting_id BIGINT NOT NULL,
  etag BIGINT NOT NULL,
  state INT NOT NULL,
  office INT NOT NULL,
  seats INT NOT NULL,
  mode INT NOT NULL,
  committee_election_id BIGINT NULL,
  upper_approval VARCHAR(100) NOT NULL,
  teller_resolution VARCHAR(60) NOT NULL,
  seats_resolution VARCHAR(60) NOT NULL,
  roll INT NOT NULL,
  event_day DATE NOT NULL,
  rule_set VARCHAR(64) NOT NULL,
  PRIMARY KEY (id),
  KEY election_by_organization (organization_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
