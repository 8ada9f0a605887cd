ALTER TABLE guests DROP COLUMN erased_at;
ALTER TABLE dossiers DROP COLUMN passports_seen;
DROP TABLE files_to_remove;
DROP TABLE erasures;
DROP TABLE archive_holds;
