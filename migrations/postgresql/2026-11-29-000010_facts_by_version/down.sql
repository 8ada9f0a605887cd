DROP TABLE gone_facts;
DROP INDEX facts_version;
ALTER TABLE facts DROP COLUMN version;
