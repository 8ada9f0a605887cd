ALTER TABLE paper_templates RENAME TO paper_templates_of_offices;
DROP INDEX paper_templates_of;
CREATE TABLE paper_templates (
  kind TEXT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  body BLOB NOT NULL,
  updated_by BIGINT NOT NULL REFERENCES users (id),
  updated_at TIMESTAMP NOT NULL
);
INSERT INTO paper_templates (kind, version, file_name, body, updated_by, updated_at)
  SELECT kind, version, file_name, body, updated_by, updated_at FROM paper_templates_of_offices WHERE agency_id IS NULL;
DROP TABLE paper_templates_of_offices;
