DROP INDEX officials_merged;
ALTER TABLE officials DROP COLUMN merged_into;
