-- From where, by which sign-in, whether it was done, and if not, why.
ALTER TABLE audit ADD COLUMN address TEXT;
ALTER TABLE audit ADD COLUMN session_id BIGINT;
ALTER TABLE audit ADD COLUMN result TEXT;
ALTER TABLE audit ADD COLUMN reason TEXT;
-- For an inspector who asks for one account or one dossier.
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_object ON audit (object, seq);
