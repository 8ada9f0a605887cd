-- The official with whom a duplicate was merged; the duplicate stays for what was written about it.
ALTER TABLE officials ADD COLUMN merged_into BIGINT;
CREATE INDEX officials_merged ON officials (merged_into);
