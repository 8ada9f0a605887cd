-- Lists of what one person drafted, and of what is overdue, are read among the few that there are; by number, in its order.
CREATE INDEX dossiers_author ON dossiers (register, created_by, state);
CREATE INDEX dossiers_due ON dossiers (register, due_on) WHERE due_on IS NOT NULL;
CREATE INDEX dossiers_numbered ON dossiers (register, COALESCE(number, ''), id);
-- Passports that are out, and duties that are open, are few of many.
CREATE INDEX custodies_out ON custodies (id) WHERE returned_on IS NULL AND lost_on IS NULL;
CREATE INDEX duties_waiting ON duties (done_on, due_on, excused_until, agency_id, code);
