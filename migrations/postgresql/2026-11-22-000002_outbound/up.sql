-- Outbound delegations (đoàn ra): the dossier, who travels, where it stops.

CREATE TABLE outbound_delegations (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  number TEXT,
  title TEXT NOT NULL,
  search_norm TEXT NOT NULL,
  procedure TEXT NOT NULL,
  purpose TEXT NOT NULL,
  field TEXT,
  capacity TEXT NOT NULL,
  requesting_agency_id BIGINT NOT NULL REFERENCES agencies (id),
  plan_item_id BIGINT,
  funding TEXT NOT NULL,
  inviting_party TEXT NOT NULL,
  departure_date DATE NOT NULL,
  return_date DATE NOT NULL,
  countries TEXT NOT NULL,
  headcount BIGINT NOT NULL,
  note TEXT,
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
  journey TEXT NOT NULL
);
CREATE INDEX outbound_departure ON outbound_delegations (departure_date, id);
CREATE INDEX outbound_updated ON outbound_delegations (updated_at, id);
CREATE INDEX outbound_state ON outbound_delegations (state, departure_date, id);
CREATE INDEX outbound_agency ON outbound_delegations (requesting_agency_id, departure_date, id);

CREATE TABLE outbound_members (
  delegation_id BIGINT NOT NULL REFERENCES outbound_delegations (id),
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
  delegation_id BIGINT NOT NULL REFERENCES outbound_delegations (id),
  ord BIGINT NOT NULL,
  country TEXT NOT NULL,
  place TEXT NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE NOT NULL,
  PRIMARY KEY (delegation_id, ord)
);
CREATE INDEX outbound_stops_country ON outbound_stops (country, delegation_id);
