DROP INDEX dossiers_texts;
ALTER TABLE dossiers DROP COLUMN texts_version;
