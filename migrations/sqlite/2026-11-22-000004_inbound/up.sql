-- Inbound delegations (đoàn vào): guests, the programme and its hosts; partners abroad; the feeds of the calendar.

ALTER TABLE approval_steps ADD COLUMN silence TEXT;

CREATE TABLE guests (
  id INTEGER PRIMARY KEY NOT NULL,
  full_name TEXT NOT NULL,
  name_norm TEXT NOT NULL,
  nationality TEXT NOT NULL,
  passport_number TEXT,
  merged_into BIGINT REFERENCES guests (id)
);
CREATE INDEX guests_name ON guests (name_norm, nationality);
CREATE INDEX guests_passport ON guests (passport_number, nationality);

CREATE TABLE inbound_guests (
  delegation_id BIGINT NOT NULL REFERENCES dossiers (id),
  ord BIGINT NOT NULL,
  guest_id BIGINT NOT NULL REFERENCES guests (id),
  full_name TEXT NOT NULL,
  nationality TEXT NOT NULL,
  post TEXT NOT NULL,
  passport_number TEXT,
  role TEXT NOT NULL,
  PRIMARY KEY (delegation_id, ord)
) WITHOUT ROWID;
CREATE INDEX inbound_guests_guest ON inbound_guests (guest_id, delegation_id);

CREATE TABLE programme_items (
  delegation_id BIGINT NOT NULL REFERENCES dossiers (id),
  ord BIGINT NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP NOT NULL,
  place TEXT NOT NULL,
  activity TEXT NOT NULL,
  restricted_area BOOLEAN NOT NULL,
  PRIMARY KEY (delegation_id, ord)
) WITHOUT ROWID;
CREATE INDEX programme_items_time ON programme_items (starts_at, ends_at);

CREATE TABLE programme_hosts (
  delegation_id BIGINT NOT NULL REFERENCES dossiers (id),
  item_ord BIGINT NOT NULL,
  ord BIGINT NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  PRIMARY KEY (delegation_id, item_ord, ord)
) WITHOUT ROWID;
CREATE INDEX programme_hosts_official ON programme_hosts (official_id, delegation_id);

CREATE TABLE partners (
  id INTEGER PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  name_norm TEXT NOT NULL,
  country TEXT NOT NULL,
  locality TEXT,
  relation_since DATE,
  relation_state TEXT,
  agreement TEXT,
  note TEXT,
  merged_into BIGINT REFERENCES partners (id)
);
CREATE INDEX partners_name ON partners (name_norm, id);

CREATE TABLE partner_names (
  name_norm TEXT NOT NULL,
  country TEXT NOT NULL,
  partner_id BIGINT NOT NULL REFERENCES partners (id),
  name TEXT NOT NULL,
  PRIMARY KEY (name_norm, country)
) WITHOUT ROWID;
CREATE INDEX partner_names_partner ON partner_names (partner_id);

CREATE TABLE calendar_feeds (
  id INTEGER PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
);
CREATE INDEX calendar_feeds_user ON calendar_feeds (user_id);
