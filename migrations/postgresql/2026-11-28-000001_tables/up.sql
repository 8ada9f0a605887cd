-- Every table of ngoaivu. PostgreSQL's file is made from this one (tests/architecture.rs says how).

CREATE TABLE agencies (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  search_norm TEXT NOT NULL,
  parent_id BIGINT REFERENCES agencies (id),
  bloc TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  clerk_may_submit BOOLEAN NOT NULL,
  confirmed BOOLEAN NOT NULL
);
CREATE INDEX agencies_code ON agencies (code, valid_from);

CREATE TABLE users (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  username TEXT NOT NULL UNIQUE,
  full_name TEXT NOT NULL,
  agency_id BIGINT REFERENCES agencies (id),
  official_id BIGINT,
  password_hash TEXT,
  active BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  email TEXT
);

CREATE TABLE user_roles (
  user_id BIGINT NOT NULL REFERENCES users (id),
  ord BIGINT NOT NULL,
  role TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  PRIMARY KEY (user_id, ord)
);

CREATE TABLE seats (
  user_id BIGINT NOT NULL REFERENCES users (id),
  ord BIGINT NOT NULL,
  body TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  PRIMARY KEY (user_id, ord)
);

CREATE TABLE sessions (
  id BIGINT PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
  digest TEXT PRIMARY KEY NOT NULL,
  session_id BIGINT NOT NULL REFERENCES sessions (id),
  expires_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP
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
  id BIGINT PRIMARY KEY NOT NULL,
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
  opening_count BIGINT NOT NULL,
  left_on DATE
);
CREATE INDEX officials_agency ON officials (agency_id, id);
CREATE INDEX officials_name ON officials (search_norm, id);

CREATE TABLE official_moves (
  id BIGINT PRIMARY KEY NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  from_id BIGINT NOT NULL REFERENCES agencies (id),
  to_id BIGINT REFERENCES agencies (id),
  on_day DATE NOT NULL,
  document TEXT
);
CREATE INDEX official_moves_official ON official_moves (official_id, on_day);

CREATE TABLE management_levels (
  id BIGINT PRIMARY KEY NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  managed_by TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE
);
CREATE INDEX management_levels_official ON management_levels (official_id, valid_from);

CREATE TABLE passports (
  id BIGINT PRIMARY KEY NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  kind TEXT NOT NULL,
  passport_number TEXT NOT NULL,
  issued_on DATE,
  expires_on DATE NOT NULL,
  standing TEXT NOT NULL DEFAULT 'valid',
  standing_since DATE,
  standing_document TEXT
);
CREATE INDEX passports_official ON passports (official_id);

CREATE TABLE disciplines (
  id BIGINT PRIMARY KEY NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  kind TEXT NOT NULL,
  document TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE
);
CREATE INDEX disciplines_official ON disciplines (official_id);

CREATE TABLE regulations (
  id BIGINT PRIMARY KEY NOT NULL,
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
  silence TEXT,
  on_behalf_of BIGINT,
  substitution_id BIGINT,
  PRIMARY KEY (delegation_id, ord)
);
CREATE INDEX approval_steps_waiting ON approval_steps (standing, body, due_on);

CREATE TABLE acts (
  id BIGINT PRIMARY KEY NOT NULL,
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
  id BIGINT PRIMARY KEY NOT NULL,
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
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE audit (
  seq BIGINT PRIMARY KEY NOT NULL,
  at TIMESTAMP NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);

CREATE TABLE dossiers (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  number TEXT,
  title TEXT NOT NULL,
  search_norm TEXT NOT NULL,
  register TEXT NOT NULL,
  procedure TEXT NOT NULL,
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  listed_on DATE NOT NULL,
  begins_on DATE,
  ends_on DATE,
  countries TEXT NOT NULL,
  headcount BIGINT NOT NULL,
  state TEXT NOT NULL,
  signature_requested BOOLEAN NOT NULL,
  created_by BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  submitted_on DATE,
  complete_on DATE,
  due_on DATE,
  ruling TEXT,
  decision TEXT,
  report TEXT,
  counterpart_norm TEXT NOT NULL,
  counterpart_country TEXT NOT NULL,
  content TEXT NOT NULL,
  amendments TEXT
);

CREATE TABLE outbound_members (
  delegation_id BIGINT NOT NULL REFERENCES dossiers (id),
  ord BIGINT NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  role TEXT NOT NULL,
  relative_of BIGINT,
  consent TEXT,
  verdict TEXT,
  agency_id BIGINT NOT NULL,
  post_level TEXT NOT NULL,
  PRIMARY KEY (delegation_id, ord)
);
CREATE INDEX outbound_members_official ON outbound_members (official_id, delegation_id);

CREATE TABLE outbound_stops (
  delegation_id BIGINT NOT NULL REFERENCES dossiers (id),
  ord BIGINT NOT NULL,
  country TEXT NOT NULL,
  place TEXT NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE NOT NULL,
  PRIMARY KEY (delegation_id, ord)
);
CREATE INDEX outbound_stops_country ON outbound_stops (country, delegation_id);
CREATE INDEX dossiers_listed ON dossiers (register, listed_on, id);
CREATE INDEX dossiers_updated ON dossiers (register, updated_at, id);
CREATE INDEX dossiers_state ON dossiers (register, state, listed_on, id);
CREATE INDEX dossiers_agency ON dossiers (register, agency_id, listed_on, id);
CREATE INDEX dossiers_counterpart ON dossiers (counterpart_norm, counterpart_country);

CREATE TABLE guests (
  id BIGINT PRIMARY KEY NOT NULL,
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
);
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
);
CREATE INDEX programme_items_time ON programme_items (starts_at, ends_at);

CREATE TABLE programme_hosts (
  delegation_id BIGINT NOT NULL REFERENCES dossiers (id),
  item_ord BIGINT NOT NULL,
  ord BIGINT NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  PRIMARY KEY (delegation_id, item_ord, ord)
);
CREATE INDEX programme_hosts_official ON programme_hosts (official_id, delegation_id);

CREATE TABLE partners (
  id BIGINT PRIMARY KEY NOT NULL,
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
);
CREATE INDEX partner_names_partner ON partner_names (partner_id);

CREATE TABLE calendar_feeds (
  id BIGINT PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
);
CREATE INDEX calendar_feeds_user ON calendar_feeds (user_id);

CREATE TABLE deliveries (
  id BIGINT PRIMARY KEY NOT NULL,
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
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_until TIMESTAMP,
  active BOOLEAN NOT NULL,
  disabled_reason TEXT,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE facts (
  delegation_id BIGINT PRIMARY KEY NOT NULL,
  procedure TEXT NOT NULL,
  travel_date DATE NOT NULL,
  decided_on DATE NOT NULL,
  days BIGINT NOT NULL,
  purpose TEXT,
  field TEXT,
  funding TEXT NOT NULL,
  leader_level TEXT,
  in_plan BOOLEAN NOT NULL,
  reception_level TEXT,
  channel TEXT,
  waived BOOLEAN NOT NULL
);
CREATE INDEX facts_travel ON facts (procedure, travel_date);
CREATE INDEX facts_decided ON facts (procedure, decided_on);

CREATE TABLE fact_shares (
  delegation_id BIGINT NOT NULL,
  ord BIGINT NOT NULL,
  agency_id BIGINT NOT NULL,
  country TEXT,
  person BIGINT NOT NULL,
  heads BIGINT NOT NULL,
  PRIMARY KEY (delegation_id, ord)
);

CREATE TABLE agency_changes (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  on_day DATE NOT NULL,
  document TEXT NOT NULL,
  accounts_moved BIGINT NOT NULL,
  officials_moved BIGINT NOT NULL
);

CREATE TABLE agency_successions (
  change_id BIGINT NOT NULL REFERENCES agency_changes (id),
  from_id BIGINT NOT NULL REFERENCES agencies (id),
  to_id BIGINT NOT NULL REFERENCES agencies (id),
  PRIMARY KEY (change_id, from_id, to_id)
);
CREATE INDEX agency_successions_to ON agency_successions (to_id);

CREATE TABLE imports (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  dry_run BOOLEAN NOT NULL,
  unknown_agencies TEXT NOT NULL,
  agency_id BIGINT REFERENCES agencies (id),
  row_count BIGINT NOT NULL,
  done BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  created BIGINT NOT NULL,
  errors TEXT NOT NULL,
  warnings TEXT NOT NULL,
  stored_as TEXT,
  annotated_as TEXT,
  created_by BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX imports_file ON imports (sha256, kind, state);
CREATE INDEX imports_state ON imports (state, id);

CREATE TABLE import_records (
  import_id BIGINT NOT NULL REFERENCES imports (id),
  ord BIGINT NOT NULL,
  what TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  PRIMARY KEY (import_id, ord)
);

CREATE TABLE reports (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  year_window TEXT NOT NULL,
  from_day DATE NOT NULL,
  to_day DATE NOT NULL,
  ordinal BIGINT NOT NULL,
  reason TEXT,
  hash TEXT NOT NULL,
  frozen_at TIMESTAMP NOT NULL,
  frozen_by BIGINT NOT NULL,
  totals TEXT NOT NULL,
  content TEXT NOT NULL
);
CREATE UNIQUE INDEX reports_period ON reports (year, kind, number, year_window, ordinal);

CREATE TABLE service_tokens (
  id BIGINT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  expires_on DATE NOT NULL,
  created_by BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
);

CREATE TABLE report_schedules (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  year_window TEXT NOT NULL,
  days_after BIGINT NOT NULL,
  recipients TEXT NOT NULL,
  since DATE NOT NULL,
  done_to DATE,
  created_by BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE dossier_versions (
  dossier_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  at TIMESTAMP NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (dossier_id, version)
);

CREATE TABLE substitutions (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  from_user_id BIGINT NOT NULL REFERENCES users (id),
  to_user_id BIGINT NOT NULL REFERENCES users (id),
  body TEXT NOT NULL,
  signed_as TEXT NOT NULL,
  procedures TEXT NOT NULL,
  steps TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  document_number TEXT NOT NULL,
  document_date DATE NOT NULL,
  created_by BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX substitutions_to ON substitutions (to_user_id);
CREATE INDEX substitutions_from ON substitutions (from_user_id);

CREATE TABLE past_seats (
  id BIGINT PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  body TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL
);
CREATE INDEX past_seats_body ON past_seats (body, valid_from);

CREATE TABLE plans (
  year BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  state TEXT NOT NULL,
  decisions TEXT NOT NULL
);

CREATE TABLE plan_items (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  year BIGINT NOT NULL,
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  state TEXT NOT NULL,
  wanted TEXT NOT NULL,
  change TEXT,
  reason TEXT,
  created_by BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX plan_items_year ON plan_items (year, agency_id);

CREATE TABLE plan_draws (
  delegation_id BIGINT PRIMARY KEY NOT NULL,
  item_id BIGINT NOT NULL REFERENCES plan_items (id)
);
CREATE INDEX plan_draws_item ON plan_draws (item_id);

CREATE TABLE duties (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  delegation_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  official_id BIGINT REFERENCES officials (id),
  task TEXT,
  citation TEXT NOT NULL,
  due_on DATE,
  done_on DATE,
  done_note TEXT,
  excused_until DATE,
  excuse TEXT,
  overridden TEXT,
  settlement TEXT,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX duties_delegation ON duties (delegation_id);
CREATE INDEX duties_open ON duties (agency_id, done_on, due_on);

CREATE TABLE custodies (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  delegation_id BIGINT NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  passport_id BIGINT NOT NULL,
  duty_id BIGINT NOT NULL REFERENCES duties (id),
  handed_over_on DATE NOT NULL,
  receipt TEXT NOT NULL,
  returned_on DATE,
  lost_on DATE
);
CREATE INDEX custodies_delegation ON custodies (delegation_id);
CREATE INDEX custodies_passport ON custodies (passport_id, returned_on);

CREATE TABLE papers (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  delegation_id BIGINT NOT NULL,
  register TEXT NOT NULL,
  kind TEXT NOT NULL,
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  year BIGINT NOT NULL,
  ordinal BIGINT,
  number TEXT NOT NULL,
  date DATE NOT NULL,
  body BYTEA NOT NULL,
  created_by BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL,
  voided TEXT,
  number_key TEXT NOT NULL
);
CREATE UNIQUE INDEX papers_number ON papers (agency_id, kind, year, ordinal);
CREATE INDEX papers_delegation ON papers (delegation_id);

CREATE TABLE text_choices (
  id BIGINT PRIMARY KEY NOT NULL,
  jurisdiction TEXT NOT NULL,
  regulation TEXT NOT NULL,
  from_day DATE NOT NULL,
  document_number TEXT NOT NULL,
  document_date DATE NOT NULL,
  reason TEXT NOT NULL,
  chosen_by BIGINT NOT NULL REFERENCES users (id),
  chosen_at TIMESTAMP NOT NULL
);

CREATE TABLE paper_templates (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  agency_id BIGINT REFERENCES agencies (id),
  version BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  body BYTEA NOT NULL,
  updated_by BIGINT NOT NULL REFERENCES users (id),
  updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX paper_templates_of ON paper_templates (kind, COALESCE(agency_id, 0));

CREATE TABLE decided_numbers (
  delegation_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number_key TEXT NOT NULL,
  PRIMARY KEY (delegation_id, year, number_key)
);
CREATE INDEX decided_numbers_number ON decided_numbers (year, number_key);
CREATE INDEX papers_spelled ON papers (year, number_key);
