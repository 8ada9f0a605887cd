ALTER TABLE sign_in_waits DROP COLUMN told_at;
ALTER TABLE sessions DROP COLUMN factor;
