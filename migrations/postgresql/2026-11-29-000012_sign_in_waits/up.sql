-- Wrong passwords in a row, by name, by known device, and by address: every server counts the same.
CREATE TABLE sign_in_waits (
    lane TEXT PRIMARY KEY NOT NULL,
    failures BIGINT NOT NULL,
    since TIMESTAMP NOT NULL,
    until TIMESTAMP NOT NULL
);
CREATE INDEX sign_in_waits_until ON sign_in_waits (until);
-- Devices from which somebody signed in before, by the digest of their cookie.
CREATE TABLE known_devices (
    digest TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP NOT NULL
);
CREATE INDEX known_devices_user ON known_devices (user_id, last_used_at);
CREATE INDEX known_devices_age ON known_devices (last_used_at);
