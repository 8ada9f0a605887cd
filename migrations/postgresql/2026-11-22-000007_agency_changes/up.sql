-- Rename, merge, split, transfer of units, each with the paper that says so.
CREATE TABLE agency_changes (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  on_day DATE NOT NULL,
  document TEXT NOT NULL,
  accounts_moved BIGINT NOT NULL,
  officials_moved BIGINT NOT NULL
);
CREATE TABLE agency_successions (
  change_id BIGINT NOT NULL REFERENCES agency_changes (id),
  from_id BIGINT NOT NULL REFERENCES agencies (id),
  to_id BIGINT NOT NULL REFERENCES agencies (id),
  PRIMARY KEY (change_id, from_id, to_id)
);
CREATE INDEX agency_successions_to ON agency_successions (to_id);
