DROP TABLE custodies;
DROP TABLE duties;
ALTER TABLE passports DROP COLUMN standing;
ALTER TABLE passports DROP COLUMN standing_since;
ALTER TABLE passports DROP COLUMN standing_document;
