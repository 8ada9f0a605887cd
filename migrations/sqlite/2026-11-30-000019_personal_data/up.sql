-- What people ask about their data (yêu cầu của chủ thể dữ liệu). What names anybody is sealed.
CREATE TABLE subject_requests (
    id INTEGER PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    contact TEXT,
    note TEXT,
    received_on DATE NOT NULL,
    reply_due_on DATE NOT NULL,
    replied_on DATE,
    due_on DATE NOT NULL,
    extended_until DATE,
    extension_reason TEXT,
    closed_on DATE,
    outcome TEXT,
    ground TEXT,
    created_by BIGINT NOT NULL REFERENCES users (id)
);

-- Who saw or took whose data is looked for by what was done.
CREATE INDEX audit_action ON audit (action, seq);

-- What happened to personal data (sự cố dữ liệu cá nhân), and when it was told.
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    detected_at TIMESTAMP NOT NULL,
    noticed_at TIMESTAMP,
    reported_at TIMESTAMP,
    closed_at TIMESTAMP,
    conclusion TEXT,
    created_by BIGINT NOT NULL REFERENCES users (id)
);
