-- Working calendars that the province adds or corrects; the latest row of a year applies.
CREATE TABLE work_years (
  id INTEGER PRIMARY KEY NOT NULL,
  year BIGINT NOT NULL,
  source TEXT NOT NULL,
  days_off TEXT NOT NULL,
  working TEXT NOT NULL,
  set_by BIGINT NOT NULL,
  set_at TIMESTAMP NOT NULL
);
