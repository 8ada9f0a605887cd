-- Numbers that decisions bear, however they were written, so that none is given to another dossier.
CREATE TABLE decided_numbers (
  delegation_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number_key TEXT NOT NULL,
  PRIMARY KEY (delegation_id, year, number_key)
);
CREATE INDEX decided_numbers_number ON decided_numbers (year, number_key);
INSERT INTO decided_numbers (delegation_id, year, number_key)
SELECT id, CAST(substr((decision::json #>> '{document,date}'), 1, 4) AS BIGINT), ltrim(upper(replace(replace((decision::json #>> '{document,number}'), ' ', ''), 'đ', 'Đ')), '0')
FROM dossiers WHERE decision IS NOT NULL;
ALTER TABLE papers ADD COLUMN number_key TEXT NOT NULL DEFAULT '';
UPDATE papers SET number_key = ltrim(upper(replace(replace(number, ' ', ''), 'đ', 'Đ')), '0');
CREATE INDEX papers_spelled ON papers (year, number_key);
