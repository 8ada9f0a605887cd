-- A browser's sign-in: the cookie is kept as a digest, beside when, from where and with what it was used.
ALTER TABLE sessions ADD COLUMN cookie_digest TEXT;
ALTER TABLE sessions ADD COLUMN last_used_at TIMESTAMP;
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN agent TEXT;
CREATE UNIQUE INDEX sessions_cookie ON sessions (cookie_digest);
-- How somebody likes their pages.
CREATE TABLE user_settings (
    user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id),
    language TEXT,
    shortcuts BOOLEAN NOT NULL
);
-- What somebody typed and did not send yet: own only, for 30 days.
CREATE TABLE working_copies (
    user_id BIGINT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, name)
);
CREATE INDEX working_copies_age ON working_copies (updated_at);
