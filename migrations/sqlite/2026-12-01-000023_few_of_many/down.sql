DROP INDEX dossiers_due;
DROP INDEX dossiers_author;
