CREATE TABLE IF NOT EXISTS client_quota (
  client_id BIGINT NOT NULL,
  day DATE NOT NULL COMMENT 'in Shanghai',
  taken BIGINT NOT NULL COMMENT 'calls that gateways have reserved',
  PRIMARY KEY (client_id, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
