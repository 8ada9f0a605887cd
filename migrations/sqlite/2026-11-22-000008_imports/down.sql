DROP TABLE import_records;
DROP TABLE imports;
ALTER TABLE agencies DROP COLUMN confirmed;
