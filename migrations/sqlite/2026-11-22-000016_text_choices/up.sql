-- Which text applies in a province that was merged, or whose own text is not in force: an administrator's choice, by document.
CREATE TABLE text_choices (
  id BIGINT PRIMARY KEY NOT NULL,
  jurisdiction TEXT NOT NULL,
  regulation TEXT NOT NULL,
  from_day DATE NOT NULL,
  document_number TEXT NOT NULL,
  document_date DATE NOT NULL,
  reason TEXT NOT NULL,
  chosen_by BIGINT NOT NULL REFERENCES users (id),
  chosen_at TIMESTAMP NOT NULL
);
