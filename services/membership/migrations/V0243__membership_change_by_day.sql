ALTER TABLE membership_change DROP INDEX IF EXISTS membership_change_by_day
