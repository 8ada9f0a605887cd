-- Keys by which personal data is sealed; the keys themselves are in a file. `whole`: everything is sealed by this one.
CREATE TABLE field_keys (
    key_id TEXT PRIMARY KEY NOT NULL,
    whole BOOLEAN NOT NULL
);
-- A sealed day is a text.
ALTER TABLE officials ADD COLUMN born TEXT;
UPDATE officials SET born = CAST(birth_date AS TEXT);
ALTER TABLE officials DROP COLUMN birth_date;
ALTER TABLE officials RENAME COLUMN born TO birth_date;
