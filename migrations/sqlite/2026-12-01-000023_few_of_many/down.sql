DROP INDEX duties_waiting;
DROP INDEX custodies_out;
DROP INDEX dossiers_numbered;
DROP INDEX dossiers_due;
DROP INDEX dossiers_author;
