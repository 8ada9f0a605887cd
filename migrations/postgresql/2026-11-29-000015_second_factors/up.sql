-- Since when somebody signs in with a second factor.
ALTER TABLE users ADD COLUMN second_factor_at TIMESTAMP;
-- When somebody last proved who they are in this sign-in.
ALTER TABLE sessions ADD COLUMN proved_at TIMESTAMP;
-- Codes by time (TOTP, RFC 6238): the secret, the last step that was used, and the wrong codes.
CREATE TABLE second_factors (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES users (id),
    secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    wrong_step BIGINT NOT NULL,
    wrong_in_step BIGINT NOT NULL,
    wrong_in_row BIGINT NOT NULL
);
-- Codes that each work once, as digests.
CREATE TABLE recovery_codes (
    digest TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id)
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);
-- Sign-ins whose password was right and whose code is still missing.
CREATE TABLE sign_in_tickets (
    digest TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sign_in_tickets_user ON sign_in_tickets (user_id);
CREATE INDEX sign_in_tickets_age ON sign_in_tickets (expires_at);
