-- When each member is abroad, as recorded, else as planned: what one person has in a year, or at one time, is found without
-- opening every dossier of theirs.
ALTER TABLE outbound_members ADD COLUMN begins_on DATE NOT NULL DEFAULT '0001-01-01';
ALTER TABLE outbound_members ADD COLUMN ends_on DATE NOT NULL DEFAULT '0001-01-01';
-- As planned; `ngoaivu migrate` writes what was recorded, with the facts.
UPDATE outbound_members SET
  begins_on = (SELECT d.begins_on FROM dossiers d WHERE d.id = outbound_members.delegation_id),
  ends_on = (SELECT d.ends_on FROM dossiers d WHERE d.id = outbound_members.delegation_id);
DROP INDEX outbound_members_official;
CREATE INDEX outbound_members_ends ON outbound_members (official_id, ends_on, begins_on, verdict, delegation_id);
-- The official trips that count for a person's year, with their place in the queue; `ngoaivu migrate` fills it with the facts.
CREATE TABLE missions (
  official_id BIGINT NOT NULL,
  begins_on DATE NOT NULL,
  delegation_id BIGINT NOT NULL,
  queued_on DATE,
  moved BOOLEAN NOT NULL,
  number TEXT,
  PRIMARY KEY (official_id, begins_on, delegation_id)
);
CREATE INDEX missions_delegation ON missions (delegation_id);
UPDATE counters SET value = 0 WHERE name = 'facts_form';
-- The same of hosts.
ALTER TABLE programme_hosts ADD COLUMN starts_at TIMESTAMP NOT NULL DEFAULT '0001-01-01 00:00:00';
ALTER TABLE programme_hosts ADD COLUMN ends_at TIMESTAMP NOT NULL DEFAULT '0001-01-01 00:00:00';
UPDATE programme_hosts SET
  starts_at = (SELECT i.starts_at FROM programme_items i WHERE i.delegation_id = programme_hosts.delegation_id AND i.ord = programme_hosts.item_ord),
  ends_at = (SELECT i.ends_at FROM programme_items i WHERE i.delegation_id = programme_hosts.delegation_id AND i.ord = programme_hosts.item_ord);
DROP INDEX programme_hosts_official;
CREATE INDEX programme_hosts_ends ON programme_hosts (official_id, ends_at, starts_at, delegation_id, item_ord);
-- What lies ahead is little, what lies behind grows.
DROP INDEX programme_items_time;
CREATE INDEX programme_items_ends ON programme_items (ends_at, starts_at);
CREATE INDEX dossiers_ends ON dossiers (register, ends_on, begins_on);
