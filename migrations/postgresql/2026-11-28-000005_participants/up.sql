-- Agencies beside the requesting one that take part in a dossier: they see it from submission on. `ngoaivu migrate` fills it with the facts.
CREATE TABLE dossier_agencies (
  delegation_id BIGINT NOT NULL REFERENCES dossiers (id),
  agency_id BIGINT NOT NULL REFERENCES agencies (id),
  PRIMARY KEY (delegation_id, agency_id)
);
CREATE INDEX dossier_agencies_agency ON dossier_agencies (agency_id);
