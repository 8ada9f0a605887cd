-- Lists of what one person drafted, and of what is overdue, are read among the few that there are.
CREATE INDEX dossiers_author ON dossiers (register, created_by);
CREATE INDEX dossiers_due ON dossiers (register, due_on) WHERE due_on IS NOT NULL;
