DROP TABLE sign_in_tickets;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
ALTER TABLE sessions DROP COLUMN proved_at;
ALTER TABLE users DROP COLUMN second_factor_at;
