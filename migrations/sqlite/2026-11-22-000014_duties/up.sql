-- What is owed after a delegation, and passports that the unit keeps (Luật 49/2019/QH14 Đ.23, Đ.24).
CREATE TABLE duties (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  delegation_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  official_id BIGINT REFERENCES officials (id),
  task TEXT,
  citation TEXT NOT NULL,
  due_on DATE,
  done_on DATE,
  done_note TEXT,
  excused_until DATE,
  excuse TEXT,
  overridden TEXT,
  settlement TEXT,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX duties_delegation ON duties (delegation_id);
CREATE INDEX duties_open ON duties (agency_id, done_on, due_on);
CREATE TABLE custodies (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  delegation_id BIGINT NOT NULL,
  official_id BIGINT NOT NULL REFERENCES officials (id),
  passport_id BIGINT NOT NULL,
  duty_id BIGINT NOT NULL REFERENCES duties (id),
  handed_over_on DATE NOT NULL,
  receipt TEXT NOT NULL,
  returned_on DATE,
  lost_on DATE
);
CREATE INDEX custodies_delegation ON custodies (delegation_id);
CREATE INDEX custodies_passport ON custodies (passport_id, returned_on);
ALTER TABLE passports ADD COLUMN standing TEXT NOT NULL DEFAULT 'valid';
ALTER TABLE passports ADD COLUMN standing_since DATE;
ALTER TABLE passports ADD COLUMN standing_document TEXT;
