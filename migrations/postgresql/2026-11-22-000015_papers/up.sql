-- Papers that were issued, in the order of their numbers (sổ văn bản đi, NĐ 30/2020/NĐ-CP Đ.16), and the office's templates.
CREATE TABLE papers (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  delegation_id BIGINT NOT NULL,
  direction TEXT NOT NULL,
  kind TEXT NOT NULL,
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  year BIGINT NOT NULL,
  ordinal BIGINT,
  number TEXT NOT NULL,
  date DATE NOT NULL,
  body BYTEA NOT NULL,
  created_by BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL,
  voided TEXT
);
CREATE UNIQUE INDEX papers_number ON papers (agency_id, kind, year, ordinal);
CREATE INDEX papers_delegation ON papers (delegation_id);
CREATE TABLE paper_templates (
  kind TEXT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  body BYTEA NOT NULL,
  updated_by BIGINT NOT NULL REFERENCES users (id),
  updated_at TIMESTAMP NOT NULL
);
