CREATE TABLE sqlrag.documents (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    document_id bigint GENERATED ALWAYS AS IDENTITY,
    source_key text NOT NULL,
    title text NOT NULL,
    media_type text NOT NULL,
    language text NOT NULL,
    content_sha256 bytea NOT NULL,
    recipe text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    status text NOT NULL,
    error text,
    char_count int NOT NULL DEFAULT 0,
    revision int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    audience_id int NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, document_id),
    CONSTRAINT source_key_is_unique_in_its_workspace UNIQUE (workspace_id, source_key),
    CONSTRAINT status_is_known CHECK (status IN ('ready', 'partial', 'failed')),
    CONSTRAINT what_is_not_ready_says_why CHECK (status = 'ready' OR error IS NOT NULL),
    CONSTRAINT metadata_is_an_object CHECK (jsonb_typeof(metadata) = 'object')
);
COMMENT ON TABLE sqlrag.documents IS 'What users gave us, one row per source key.';
COMMENT ON COLUMN sqlrag.documents.source_key IS
    'The stable name of the document in its workspace: path, URL or the caller''s id.';
COMMENT ON COLUMN sqlrag.documents.language IS 'The text search configuration its words are stemmed by.';
COMMENT ON COLUMN sqlrag.documents.content_sha256 IS 'Of the bytes as they were handed in.';
COMMENT ON COLUMN sqlrag.documents.recipe IS
    'The settings of parsing and splitting; the same bytes by another recipe are new content.';
COMMENT ON COLUMN sqlrag.documents.error IS
    'Why the last attempt failed; a ready document keeps its last good content.';
COMMENT ON COLUMN sqlrag.documents.audience_id IS
    'Who may read it: an audience, or 0 for everybody. What is made of it has a copy, changed with it.';
COMMENT ON COLUMN sqlrag.documents.revision IS 'Counts writes; a writer that read an older one must start again.';

CREATE INDEX documents_by_metadata ON sqlrag.documents USING gin (metadata jsonb_path_ops);
CREATE INDEX documents_by_tag ON sqlrag.documents USING gin (tags);
CREATE INDEX documents_by_language ON sqlrag.documents (workspace_id, language);
CREATE INDEX documents_by_audience ON sqlrag.documents (workspace_id, audience_id, language);
CREATE INDEX documents_by_creation ON sqlrag.documents (workspace_id, created_at);
-- By the upload that a document was made of.
CREATE INDEX documents_by_upload ON sqlrag.documents (workspace_id, left(source_key, 37))
WHERE source_key LIKE 'file-%';

-- One delta per statement, workspace and audience; about every thirtieth statement folds them.
CREATE FUNCTION sqlrag.count_documents() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    sign int := CASE TG_OP WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN -1 ELSE 0 END;
BEGIN
    INSERT INTO sqlrag.workspace_totals (workspace_id, audience_id, changes, documents)
    SELECT workspace_id, audience_id, 1, sign * count(*)
    FROM changed
    WHERE EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = changed.workspace_id)
    GROUP BY workspace_id, audience_id;
    IF random() < 0.03 THEN
        PERFORM sqlrag.fold_totals(workspace_id) FROM (SELECT DISTINCT workspace_id FROM changed) AS touched;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER count_added_documents AFTER INSERT ON sqlrag.documents
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_documents();
CREATE TRIGGER count_updated_documents AFTER UPDATE ON sqlrag.documents
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_documents();
CREATE TRIGGER count_deleted_documents AFTER DELETE ON sqlrag.documents
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_documents();
