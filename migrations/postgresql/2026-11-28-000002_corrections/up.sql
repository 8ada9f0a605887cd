-- What an act changed of a record: the values before and after, as JSON.
ALTER TABLE acts ADD COLUMN changes TEXT;

-- Which delegations a frozen report counts.
CREATE TABLE report_delegations (
  delegation_id BIGINT NOT NULL,
  report_id BIGINT NOT NULL,
  PRIMARY KEY (delegation_id, report_id)
);
