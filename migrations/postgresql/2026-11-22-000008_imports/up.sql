-- Batches of rows from old lists, what they created, and units that nobody has confirmed.
ALTER TABLE agencies ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT TRUE;
CREATE TABLE imports (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  dry_run BOOLEAN NOT NULL,
  unknown_agencies TEXT NOT NULL,
  agency_id BIGINT REFERENCES agencies (id),
  row_count BIGINT NOT NULL,
  done BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  created BIGINT NOT NULL,
  errors TEXT NOT NULL,
  warnings TEXT NOT NULL,
  stored_as TEXT,
  annotated_as TEXT,
  created_by BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX imports_file ON imports (sha256, kind, state);
CREATE INDEX imports_state ON imports (state, id);
CREATE TABLE import_records (
  import_id BIGINT NOT NULL REFERENCES imports (id),
  ord BIGINT NOT NULL,
  what TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  PRIMARY KEY (import_id, ord)
);
