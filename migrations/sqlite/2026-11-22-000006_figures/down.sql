DROP TABLE fact_shares;
DROP TABLE facts;
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
