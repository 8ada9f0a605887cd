-- One register of dossiers for every procedure: what lists, inboxes and rights ask for in columns, what only the
-- procedure itself reads as JSON in `content`.

DROP INDEX outbound_departure;
DROP INDEX outbound_updated;
DROP INDEX outbound_state;
DROP INDEX outbound_agency;
ALTER TABLE outbound_delegations RENAME TO dossiers;
ALTER TABLE dossiers RENAME COLUMN requesting_agency_id TO agency_id;
ALTER TABLE dossiers RENAME COLUMN departure_date TO begins_on;
ALTER TABLE dossiers RENAME COLUMN return_date TO ends_on;
ALTER TABLE dossiers ADD COLUMN direction TEXT NOT NULL DEFAULT 'outbound';
ALTER TABLE dossiers ADD COLUMN counterpart_norm TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN counterpart_country TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN content TEXT NOT NULL DEFAULT '{}';
UPDATE dossiers SET
  counterpart_country = coalesce(json_extract(inviting_party, '$.country'), ''),
  content = json_object(
    'purpose', purpose, 'field', field, 'capacity', capacity, 'plan_item_id', plan_item_id, 'funding', json(funding),
    'inviting_party', json(inviting_party), 'note', note, 'journey', json(journey));
ALTER TABLE dossiers DROP COLUMN purpose;
ALTER TABLE dossiers DROP COLUMN field;
ALTER TABLE dossiers DROP COLUMN capacity;
ALTER TABLE dossiers DROP COLUMN plan_item_id;
ALTER TABLE dossiers DROP COLUMN funding;
ALTER TABLE dossiers DROP COLUMN inviting_party;
ALTER TABLE dossiers DROP COLUMN note;
ALTER TABLE dossiers DROP COLUMN journey;
CREATE INDEX dossiers_begins ON dossiers (direction, begins_on, id);
CREATE INDEX dossiers_updated ON dossiers (direction, updated_at, id);
CREATE INDEX dossiers_state ON dossiers (direction, state, begins_on, id);
CREATE INDEX dossiers_agency ON dossiers (direction, agency_id, begins_on, id);
CREATE INDEX dossiers_counterpart ON dossiers (counterpart_norm, counterpart_country);
