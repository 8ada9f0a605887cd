DROP TABLE report_delegations;
ALTER TABLE acts DROP COLUMN changes;
