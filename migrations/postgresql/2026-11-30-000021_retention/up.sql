-- Dossiers whose papers are kept for a reason, such as an inspection (lưu giữ hồ sơ). No reference: a dossier may be gone.
CREATE TABLE archive_holds (
    id BIGINT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    dossier_id BIGINT NOT NULL,
    dossier TEXT NOT NULL,
    ground TEXT NOT NULL,
    set_at TIMESTAMP NOT NULL,
    released_at TIMESTAMP,
    created_by BIGINT NOT NULL REFERENCES users (id)
);
CREATE INDEX archive_holds_dossier ON archive_holds (dossier_id);

-- What is left of passport numbers and copies of passports that were erased: when, why, and how many. Nobody's, where their
-- term had ended.
CREATE TABLE erasures (
    id BIGINT PRIMARY KEY NOT NULL,
    dossier_id BIGINT NOT NULL,
    dossier TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    ground TEXT NOT NULL,
    people BIGINT NOT NULL,
    papers BIGINT NOT NULL,
    erased_by BIGINT REFERENCES users (id)
);

-- Whoever deletes an account finds them by it.
CREATE INDEX erasures_user ON erasures (erased_by);

-- Files whose rows are gone, until they are gone, too.
CREATE TABLE files_to_remove (
    name TEXT PRIMARY KEY NOT NULL
);

-- The version in which a dossier was looked through for what has had its term.
ALTER TABLE dossiers ADD COLUMN passports_seen BIGINT;

-- Whose number was erased is not found by their name: they may be somebody else.
ALTER TABLE guests ADD COLUMN erased_at TIMESTAMP;
