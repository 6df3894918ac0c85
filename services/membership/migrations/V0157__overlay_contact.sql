CREATE TABLE IF NOT EXISTS overlay_contact (
  id BIGINT NOT NULL,
  overlay_id BIGINT NOT NULL,
  day DATE NOT NULL,
  method INT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY overlay_contact_by_overlay (overlay_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
