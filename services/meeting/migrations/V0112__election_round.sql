CREATE TABLE IF NOT EXISTS election_round (
  election_id BIGINT NOT NULL,
  number INT NOT NULL,
  session_id BIGINT NOT NULL,
  seats INT NOT NULL,
  runoff TINYINT(1) NOT NULL,
  present INT NOT NULL,
  required_present INT NOT NULL,
  issued INT NOT NULL,
  returned INT NOT NULL,
  invalid INT NOT NULL,
  required_for INT NOT NULL,
  outcome INT NOT NULL,
  PRIMARY KEY (election_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
