-- The rooms every procedure stands on: access, record, registry, regulation, approval, dossier, statistics.

CREATE TABLE agencies (
  id INTEGER PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  search_norm TEXT NOT NULL,
  parent_id BIGINT REFERENCES agencies (id),
  bloc TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  clerk_may_submit BOOLEAN NOT NULL
);
CREATE INDEX agencies_code ON agencies (code, valid_from);

CREATE TABLE users (
  id INTEGER PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  username TEXT NOT NULL UNIQUE,
  full_name TEXT NOT NULL,
  agency_id BIGINT REFERENCES agencies (id),
  official_id BIGINT,
  password_hash TEXT,
  active BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE user_roles (
  user_id BIGINT NOT NULL REFERENCES users (id),
  ord BIGINT NOT NULL,
  role TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  PRIMARY KEY (user_id, ord)
) WITHOUT ROWID;

CREATE TABLE seats (
  user_id BIGINT NOT NULL REFERENCES users (id),
  ord BIGINT NOT NULL,
  body TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  PRIMARY KEY (user_id, ord)
) WITHOUT ROWID;

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
  digest TEXT PRIMARY KEY NOT NULL,
  session_id BIGINT NOT NULL REFERENCES sessions (id),
  expires_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP,
  successor TEXT
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE one_time_tokens (
  digest TEXT PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  expires_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP
);

CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY NOT NULL,
  secret TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  retired_at TIMESTAMP
);

CREATE TABLE officials (
  id INTEGER PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  full_name TEXT NOT NULL,
  search_norm TEXT NOT NULL,
  birth_date DATE,
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  post TEXT NOT NULL,
  post_level TEXT NOT NULL,
  personnel TEXT NOT NULL,
  grade TEXT,
  party_member BOOLEAN NOT NULL,
  provincial_committee_member BOOLEAN NOT NULL,
  key_leader BOOLEAN NOT NULL,
  opening_year BIGINT,
  opening_count BIGINT NOT NULL
);
CREATE INDEX officials_agency ON officials (agency_id, id);

CREATE TABLE management_levels (
  id INTEGER PRIMARY KEY NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  managed_by TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE
);
CREATE INDEX management_levels_official ON management_levels (official_id, valid_from);

CREATE TABLE passports (
  id INTEGER PRIMARY KEY NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  kind TEXT NOT NULL,
  passport_number TEXT NOT NULL,
  issued_on DATE,
  expires_on DATE NOT NULL
);
CREATE INDEX passports_official ON passports (official_id);

CREATE TABLE disciplines (
  id INTEGER PRIMARY KEY NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  kind TEXT NOT NULL,
  document TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE
);
CREATE INDEX disciplines_official ON disciplines (official_id);

CREATE TABLE regulations (
  id INTEGER PRIMARY KEY NOT NULL,
  code TEXT NOT NULL,
  pack_version BIGINT NOT NULL,
  source TEXT NOT NULL,
  loaded_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX regulations_code ON regulations (code, pack_version);

CREATE TABLE approval_steps (
  delegation_id BIGINT NOT NULL,
  ord BIGINT NOT NULL,
  procedure TEXT NOT NULL,
  title TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT,
  within_value BIGINT,
  within_unit TEXT,
  due_on DATE,
  citation TEXT NOT NULL,
  standing TEXT NOT NULL,
  outcome TEXT,
  acted_by BIGINT,
  acted_at TIMESTAMP,
  PRIMARY KEY (delegation_id, ord)
) WITHOUT ROWID;
CREATE INDEX approval_steps_waiting ON approval_steps (standing, body, due_on);

CREATE TABLE acts (
  id INTEGER PRIMARY KEY NOT NULL,
  procedure TEXT NOT NULL,
  delegation_id BIGINT NOT NULL,
  at TIMESTAMP NOT NULL,
  action TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  on_behalf_of BIGINT,
  body TEXT,
  from_state TEXT,
  to_state TEXT NOT NULL,
  note TEXT,
  document TEXT
);
CREATE INDEX acts_delegation ON acts (delegation_id, id);

CREATE TABLE attachments (
  id INTEGER PRIMARY KEY NOT NULL,
  procedure TEXT NOT NULL,
  delegation_id BIGINT NOT NULL,
  document TEXT NOT NULL,
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  storage_name TEXT NOT NULL,
  uploaded_by BIGINT NOT NULL,
  uploaded_at TIMESTAMP NOT NULL
);
CREATE INDEX attachments_delegation ON attachments (delegation_id, id);

CREATE TABLE facts (
  delegation_id BIGINT NOT NULL,
  ord BIGINT NOT NULL,
  procedure TEXT NOT NULL,
  travel_date DATE NOT NULL,
  decided_on DATE NOT NULL,
  agency_id BIGINT NOT NULL,
  country TEXT NOT NULL,
  person TEXT NOT NULL,
  named BOOLEAN NOT NULL,
  heads BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  field TEXT NOT NULL,
  funding TEXT NOT NULL,
  leader_level TEXT NOT NULL,
  in_plan BOOLEAN NOT NULL,
  reception_level TEXT NOT NULL,
  channel TEXT NOT NULL,
  waived BOOLEAN NOT NULL,
  PRIMARY KEY (delegation_id, ord)
) WITHOUT ROWID;
CREATE INDEX facts_travel ON facts (procedure, travel_date);
CREATE INDEX facts_decided ON facts (procedure, decided_on);

CREATE TABLE counters (
  name TEXT PRIMARY KEY NOT NULL,
  value BIGINT NOT NULL
);

CREATE TABLE idempotency_keys (
  user_id BIGINT NOT NULL,
  path TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status BIGINT NOT NULL,
  etag TEXT,
  location TEXT,
  body TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (user_id, path, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY NOT NULL,
  at TIMESTAMP NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);
