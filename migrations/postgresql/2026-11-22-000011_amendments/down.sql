DROP TABLE dossier_versions;
ALTER TABLE dossiers DROP COLUMN amendments;
