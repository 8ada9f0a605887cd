-- One row a delegation that counts, and one a person or group in a country. `ngoaivu migrate` derives them again.
DROP TABLE facts;
CREATE TABLE facts (
  delegation_id BIGINT PRIMARY KEY NOT NULL,
  procedure TEXT NOT NULL,
  travel_date DATE NOT NULL,
  decided_on DATE NOT NULL,
  days BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  field TEXT,
  funding TEXT NOT NULL,
  leader_level TEXT,
  in_plan BOOLEAN NOT NULL,
  reception_level TEXT,
  channel TEXT,
  waived BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX facts_travel ON facts (procedure, travel_date);
CREATE INDEX facts_decided ON facts (procedure, decided_on);
CREATE TABLE fact_shares (
  delegation_id BIGINT NOT NULL,
  ord BIGINT NOT NULL,
  agency_id BIGINT NOT NULL,
  country TEXT NOT NULL,
  person BIGINT NOT NULL,
  heads BIGINT NOT NULL,
  PRIMARY KEY (delegation_id, ord)
) WITHOUT ROWID;
