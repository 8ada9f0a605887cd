DROP TABLE working_copies;
DROP TABLE user_settings;
DROP INDEX sessions_cookie;
ALTER TABLE sessions DROP COLUMN agent;
ALTER TABLE sessions DROP COLUMN address;
ALTER TABLE sessions DROP COLUMN last_used_at;
ALTER TABLE sessions DROP COLUMN cookie_digest;
