-- The version of the texts by which a dossier is found: whoever keeps their words in memory reads what is new.
ALTER TABLE dossiers ADD COLUMN texts_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX dossiers_texts ON dossiers (texts_version);
