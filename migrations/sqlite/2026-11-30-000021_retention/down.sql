ALTER TABLE guests DROP COLUMN erased_at;
DROP TABLE erasures;
DROP TABLE archive_holds;
