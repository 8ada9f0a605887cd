-- What waits, most urgent first: for a body, for a body of one agency, for whoever has a kind of step; the last one also says
-- in which dossiers a body was asked.
DROP INDEX approval_steps_waiting;
CREATE INDEX approval_steps_body ON approval_steps (standing, body, due_on, delegation_id, ord, kind);
CREATE INDEX approval_steps_agency ON approval_steps (standing, agency_id, body, due_on, delegation_id, ord, kind);
CREATE INDEX approval_steps_kind ON approval_steps (body, kind, standing, due_on, delegation_id, ord);
