CREATE TABLE IF NOT EXISTS resolution (
  meeting_id BIGINT NOT NULL,
  position INT NOT NULL,
  text VARCHAR(2000) NOT NULL,
  owner VARCHAR(100) NOT NULL,
  due_date DATE NULL,
  PRIMARY KEY (meeting_id, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
