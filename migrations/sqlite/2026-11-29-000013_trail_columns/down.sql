DROP INDEX audit_object;
DROP INDEX audit_actor;
ALTER TABLE audit DROP COLUMN reason;
ALTER TABLE audit DROP COLUMN result;
ALTER TABLE audit DROP COLUMN session_id;
ALTER TABLE audit DROP COLUMN address;
