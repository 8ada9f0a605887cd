DROP INDEX dossiers_begins;
DROP INDEX dossiers_updated;
DROP INDEX dossiers_state;
DROP INDEX dossiers_agency;
DROP INDEX dossiers_counterpart;
DELETE FROM dossiers WHERE direction <> 'outbound';
ALTER TABLE dossiers ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN field TEXT;
ALTER TABLE dossiers ADD COLUMN capacity TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN plan_item_id BIGINT;
ALTER TABLE dossiers ADD COLUMN funding TEXT NOT NULL DEFAULT '[]';
ALTER TABLE dossiers ADD COLUMN inviting_party TEXT NOT NULL DEFAULT 'null';
ALTER TABLE dossiers ADD COLUMN note TEXT;
ALTER TABLE dossiers ADD COLUMN journey TEXT NOT NULL DEFAULT '{}';
UPDATE dossiers SET
  purpose = content::json ->> 'purpose', field = content::json ->> 'field',
  capacity = content::json ->> 'capacity', plan_item_id = (content::json ->> 'plan_item_id')::bigint,
  funding = content::json ->> 'funding', inviting_party = coalesce(content::json ->> 'inviting_party', 'null'),
  note = content::json ->> 'note', journey = content::json ->> 'journey';
ALTER TABLE dossiers DROP COLUMN content;
ALTER TABLE dossiers DROP COLUMN counterpart_country;
ALTER TABLE dossiers DROP COLUMN counterpart_norm;
ALTER TABLE dossiers DROP COLUMN direction;
ALTER TABLE dossiers RENAME COLUMN ends_on TO return_date;
ALTER TABLE dossiers RENAME COLUMN begins_on TO departure_date;
ALTER TABLE dossiers RENAME COLUMN agency_id TO requesting_agency_id;
ALTER TABLE dossiers RENAME TO outbound_delegations;
CREATE INDEX outbound_departure ON outbound_delegations (departure_date, id);
CREATE INDEX outbound_updated ON outbound_delegations (updated_at, id);
CREATE INDEX outbound_state ON outbound_delegations (state, departure_date, id);
CREATE INDEX outbound_agency ON outbound_delegations (requesting_agency_id, departure_date, id);
