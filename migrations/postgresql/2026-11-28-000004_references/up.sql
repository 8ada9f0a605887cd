-- Deleting a row looks for rows that refer to it: without an index, undoing a large list read a whole table for each row.
CREATE INDEX guests_merged ON guests (merged_into);
CREATE INDEX partners_merged ON partners (merged_into);
CREATE INDEX dossiers_unit ON dossiers (agency_id);
CREATE INDEX agencies_parent ON agencies (parent_id);
CREATE INDEX duties_official ON duties (official_id);
CREATE INDEX custodies_official ON custodies (official_id);
CREATE INDEX custodies_duty ON custodies (duty_id);
CREATE INDEX imports_agency ON imports (agency_id);
CREATE INDEX plan_items_agency ON plan_items (agency_id);
