-- The annual plan of delegations going abroad (kế hoạch đoàn ra), and which dossier draws on which of its items.
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
