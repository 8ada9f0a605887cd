DROP INDEX papers_spelled;
ALTER TABLE papers DROP COLUMN number_key;
DROP TABLE decided_numbers;
