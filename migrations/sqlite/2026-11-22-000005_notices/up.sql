-- Notices: mail addresses, webhooks, and the outbox of what has to be delivered.

ALTER TABLE users ADD COLUMN email TEXT;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY NOT NULL,
  dedup TEXT NOT NULL,
  channel TEXT NOT NULL,
  target_id BIGINT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  next_at TIMESTAMP NOT NULL,
  claimed_at TIMESTAMP,
  attempts BIGINT NOT NULL,
  state TEXT NOT NULL,
  last_error TEXT
);
CREATE UNIQUE INDEX deliveries_dedup ON deliveries (dedup);
CREATE INDEX deliveries_due ON deliveries (channel, state, next_at);
CREATE INDEX deliveries_target ON deliveries (target_id, state, id);

CREATE TABLE webhooks (
  id INTEGER PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_until TIMESTAMP,
  active BOOLEAN NOT NULL,
  disabled_reason TEXT,
  created_at TIMESTAMP NOT NULL
);

-- What happened before there were notices is told to nobody.
INSERT INTO counters (name, value) SELECT 'notices_upto', coalesce(max(seq), 0) FROM audit;
