-- Amendments of what was decided, and every version of a dossier as it was.
ALTER TABLE dossiers ADD COLUMN amendments TEXT;
CREATE TABLE dossier_versions (
  dossier_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  at TIMESTAMP NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (dossier_id, version)
);
