-- Frozen reports: what was published, whole, with its hash.
CREATE TABLE reports (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  year_window TEXT NOT NULL,
  from_day DATE NOT NULL,
  to_day DATE NOT NULL,
  ordinal BIGINT NOT NULL,
  reason TEXT,
  hash TEXT NOT NULL,
  frozen_at TIMESTAMP NOT NULL,
  frozen_by BIGINT NOT NULL,
  totals TEXT NOT NULL,
  content TEXT NOT NULL
);
CREATE UNIQUE INDEX reports_period ON reports (year, kind, number, year_window, ordinal);
