-- By which accounts elsewhere people sign in (OpenID Connect): issuer and subject as a digest, and what they are called there.
CREATE TABLE provider_links (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES users (id),
    identity TEXT NOT NULL UNIQUE,
    label TEXT,
    linked_at TIMESTAMP NOT NULL
);
