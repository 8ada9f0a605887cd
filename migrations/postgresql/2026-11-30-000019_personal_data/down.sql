DROP INDEX audit_action;
DROP TABLE incidents;
DROP TABLE subject_requests;
