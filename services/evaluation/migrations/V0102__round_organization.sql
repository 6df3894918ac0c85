CREATE TABLE IF NOT EXISTS round_organization (
  round_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  end_position BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  kind VARCHAR(4) NOT NULL,
  name VARCHAR(200) NOT NULL,
  peer_class VARCHAR(32) NOT NULL,
  PRIMARY KEY (round_id, position),
  UNIQUE KEY round_organization_by_id (round_id, organization_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
