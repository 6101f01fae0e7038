CREATE TABLE sqlrag.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id int REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    who text NOT NULL,
    principals text[] NOT NULL DEFAULT '{}',
    operation text NOT NULL,
    subject text,
    question text,
    document_ids bigint[] NOT NULL DEFAULT '{}',
    request_id text,
    outcome text NOT NULL
);
-- What is old is pruned, of all workspaces at once.
CREATE INDEX audit_by_time ON sqlrag.audit (at);
CREATE INDEX audit_of_a_workspace ON sqlrag.audit (workspace_id, audit_id);
COMMENT ON TABLE sqlrag.audit IS 'Who asked what, who changed what, and which documents were read for it.';
COMMENT ON COLUMN sqlrag.audit.workspace_id IS 'NULL where it was about every one, or one that is gone.';
COMMENT ON COLUMN sqlrag.audit.who IS 'The key, by its prefix; without one the role of the database.';
COMMENT ON COLUMN sqlrag.audit.principals IS 'Whom the key stood for.';
COMMENT ON COLUMN sqlrag.audit.operation IS 'As Python and the OpenAPI document name it.';
COMMENT ON COLUMN sqlrag.audit.subject IS 'What was changed: a name, a source key, the prefix of a key.';
COMMENT ON COLUMN sqlrag.audit.document_ids IS 'Those that a question was shown, or a change was of.';
COMMENT ON COLUMN sqlrag.audit.request_id IS 'As the log and X-Request-Id have it; of a job, its id.';
COMMENT ON COLUMN sqlrag.audit.outcome IS 'done, stopped, or the kind of error.';

CREATE TYPE sqlrag.new_audit_entry AS (
    workspace text, at timestamptz, who text, principals text[], operation text, subject text, question text,
    document_ids bigint[], request_id text, outcome text
);
COMMENT ON TYPE sqlrag.new_audit_entry IS 'Something that was done; without who, by the role of the connection.';

SELECT sqlrag.guard_table('sqlrag.audit');
