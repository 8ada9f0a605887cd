-- The data version that changed a fact last, and the facts that were removed: whoever keeps facts in memory reads what is new.
ALTER TABLE facts ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX facts_version ON facts (version);
CREATE TABLE gone_facts (
  delegation_id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX gone_facts_version ON gone_facts (version);
