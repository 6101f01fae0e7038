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

SELECT sqlrag.guard_table('sqlrag.audit');

CREATE TYPE sqlrag.new_audit_entry AS (
    workspace text, at timestamptz, who text, principals text[], operation text, subject text, question text,
    document_ids bigint[], request_id text, outcome text
);
COMMENT ON TYPE sqlrag.new_audit_entry IS 'Something that was done; without who, by the role of the connection.';

CREATE TYPE sqlrag.phrase AS (words text, first text, exact text, forms text, languages text[]);
COMMENT ON TYPE sqlrag.phrase IS
    'Words that are looked for: how the first of them begins in any form, patterns of the words as they stand and of '
    'what may be forms of them, and the languages whose forms count.';

CREATE TYPE sqlrag.erasure AS (
    workspace int, document_ids bigint[], source_keys text[], entity_ids bigint[], since timestamptz,
    words sqlrag.phrase[], names sqlrag.phrase[], lexemes text[], languages text[]
);
COMMENT ON TYPE sqlrag.erasure IS
    'What is to be erased: documents, what they speak of and since when they were there; words that are to be said '
    'nowhere; and the names and lexemes, of some languages, that nothing but these documents says.';

CREATE TYPE sqlrag.trace AS (place text, id text, rows bigint, entity_id bigint);
COMMENT ON TYPE sqlrag.trace IS
    'What was erased of a table: a row by its numbers, which tell nothing of it, or so many rows of one; and the '
    'entity that has to be embedded or summarised again for it.';

ALTER TABLE sqlrag.model_calls ADD COLUMN document_ids bigint[], ADD COLUMN entity_ids bigint[];
COMMENT ON COLUMN sqlrag.model_calls.document_ids IS
    'Whose text stood in the prompt, where it was not made for a document; NULL where that is not known.';
COMMENT ON COLUMN sqlrag.model_calls.entity_ids IS
    'Whose descriptions stood in the prompt; NULL where that is not known.';
ALTER TYPE sqlrag.new_model_call ADD ATTRIBUTE document_ids bigint[], ADD ATTRIBUTE entity_ids bigint[];

CREATE OR REPLACE FUNCTION sqlrag.refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- The history of a workspace goes with the workspace.
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = OLD.workspace_id) THEN
        RETURN OLD;
    END IF;
    -- What it says can be erased, not changed: that somebody did something then stays.
    IF TG_OP = 'UPDATE' AND (NEW.subject, NEW.before, NEW.after) IS NOT DISTINCT FROM ('', NULL::jsonb, NULL::jsonb)
        AND NEW.edited_by IN (OLD.edited_by, 'erased')
        AND (NEW.workspace_id, NEW.edit_id, NEW.edited_at, NEW.action)
            = (OLD.workspace_id, OLD.edit_id, OLD.edited_at, OLD.action)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The history of edits is not rewritten.'
        USING ERRCODE = 'restrict_violation', HINT = 'Make another edit instead.';
END;
$$;
