-- Tokens of reporting tools, and reports that freeze themselves on their day.
CREATE TABLE service_tokens (
  id BIGINT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  expires_on DATE NOT NULL,
  created_by BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
);
CREATE TABLE report_schedules (
  id BIGINT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  year_window TEXT NOT NULL,
  days_after BIGINT NOT NULL,
  recipients TEXT NOT NULL,
  since DATE NOT NULL,
  done_to DATE,
  created_by BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
