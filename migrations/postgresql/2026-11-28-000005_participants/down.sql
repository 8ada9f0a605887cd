DROP TABLE dossier_agencies;
