CREATE TABLE IF NOT EXISTS round_score (
  round_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  organization_id BIGINT NOT NULL,
  stars INT NOT NULL,
  score VARBINARY(2000) NOT NULL,
  record MEDIUMBLOB NOT NULL,
  PRIMARY KEY (round_id, position),
  UNIQUE KEY round_score_by_organization (round_id, organization_id),
  KEY round_score_by_stars (round_id, stars, position)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
