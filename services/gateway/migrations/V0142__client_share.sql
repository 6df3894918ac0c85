CREATE TABLE IF NOT EXISTS client_share (
  client_id BIGINT NOT NULL,
  position INT NOT NULL,
  method VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  fields MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'full names by space',
  purposes TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'codes by space',
  legal_basis VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  attribute SMALLINT NOT NULL COMMENT '1 unconditional, 2 conditional, 3 not shared',
  valid_until DATETIME(6) NULL,
  PRIMARY KEY (client_id, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
