CREATE TABLE IF NOT EXISTS transfer_step (
  transfer_id BIGINT NOT NULL,
  number INT NOT NULL,
  action INT NOT NULL,
  state INT NOT NULL,
  organization_id BIGINT NOT NULL,
  actor VARCHAR(128) NOT NULL,
  day DATE NOT NULL,
  reason INT NOT NULL,
  time DATETIME(6) NOT NULL,
  PRIMARY KEY (transfer_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
