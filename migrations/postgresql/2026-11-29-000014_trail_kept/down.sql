DROP TRIGGER audit_no_truncate ON audit;
DROP TRIGGER audit_no_update ON audit;
DROP FUNCTION refuse_change_of_trail();
