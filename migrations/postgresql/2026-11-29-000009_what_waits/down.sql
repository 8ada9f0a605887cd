DROP INDEX approval_steps_kind;
DROP INDEX approval_steps_agency;
DROP INDEX approval_steps_body;
CREATE INDEX approval_steps_waiting ON approval_steps (standing, body, due_on);
