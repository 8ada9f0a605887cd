-- What one administrator asks for and another confirms: the account of a seat, or of an administrator, made, changed or reset.
CREATE TABLE account_requests (
    id BIGINT PRIMARY KEY NOT NULL,
    act TEXT NOT NULL,
    user_id BIGINT,
    username TEXT NOT NULL,
    version BIGINT,
    body TEXT NOT NULL,
    asked_by BIGINT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX account_requests_open ON account_requests (ended_at, id);
