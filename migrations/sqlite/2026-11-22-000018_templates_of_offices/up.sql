-- Each office may have templates of its own; those without an office are the province's.
ALTER TABLE paper_templates RENAME TO paper_templates_before;
CREATE TABLE paper_templates (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  agency_id BIGINT REFERENCES agencies (id),
  version BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  body BLOB NOT NULL,
  updated_by BIGINT NOT NULL REFERENCES users (id),
  updated_at TIMESTAMP NOT NULL
);
INSERT INTO paper_templates (id, kind, agency_id, version, file_name, body, updated_by, updated_at)
  SELECT ROW_NUMBER() OVER (ORDER BY kind), kind, NULL, version, file_name, body, updated_by, updated_at
  FROM paper_templates_before;
DROP TABLE paper_templates_before;
CREATE UNIQUE INDEX paper_templates_of ON paper_templates (kind, COALESCE(agency_id, 0));
