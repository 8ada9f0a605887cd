-- Substitution (uỷ quyền, ký thay, thừa lệnh), and seats that were taken away, so that holders can be told for any day.
CREATE TABLE substitutions (
  id BIGINT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL,
  from_user_id BIGINT NOT NULL REFERENCES users (id),
  to_user_id BIGINT NOT NULL REFERENCES users (id),
  body TEXT NOT NULL,
  signed_as TEXT NOT NULL,
  procedures TEXT NOT NULL,
  steps TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  document_number TEXT NOT NULL,
  document_date DATE NOT NULL,
  created_by BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX substitutions_to ON substitutions (to_user_id);
CREATE INDEX substitutions_from ON substitutions (from_user_id);
CREATE TABLE past_seats (
  id BIGINT PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  body TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL
);
CREATE INDEX past_seats_body ON past_seats (body, valid_from);
