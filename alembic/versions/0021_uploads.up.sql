CREATE TABLE sqlrag.uploads (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    file_id text NOT NULL,
    name text NOT NULL,
    media_type text,
    purpose text NOT NULL,
    content_sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, file_id),
    CONSTRAINT an_upload_has_its_bytes FOREIGN KEY (workspace_id, content_sha256) REFERENCES sqlrag.originals,
    CONSTRAINT id_of_an_upload_is_random CHECK (file_id ~ '^file-[0-9a-f]{32}$'),
    CONSTRAINT name_of_an_upload_is_not_blank CHECK (name ~ '\S')
);
COMMENT ON TABLE sqlrag.uploads IS
    'Files that clients of OpenAI handed in, to be put into vector stores by their ids. The bytes are among the '
    'originals; the document that becomes of one has the source key file_id/name.';
COMMENT ON COLUMN sqlrag.uploads.media_type IS 'As the client said, where that says something.';

CREATE INDEX uploads_by_content ON sqlrag.uploads (workspace_id, content_sha256);

CREATE TRIGGER forget_originals_of_uploads AFTER DELETE ON sqlrag.uploads
REFERENCING OLD TABLE AS left_behind FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.forget_originals();

SELECT sqlrag.guard_table('sqlrag.uploads');

-- With its last document or upload an original goes. Its row is locked first, as a writer of another one of the same
-- bytes does, so that the second step sees what that writer left.
CREATE OR REPLACE FUNCTION sqlrag.forget_originals() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    workspace int;
    hashes bytea[];
BEGIN
    FOR workspace, hashes IN SELECT workspace_id, array_agg(content_sha256) FROM left_behind GROUP BY workspace_id LOOP
        PERFORM FROM sqlrag.originals AS o
        WHERE o.workspace_id = workspace AND o.content_sha256 = ANY (hashes)
        ORDER BY o.content_sha256
        FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        DELETE FROM sqlrag.originals AS o
        WHERE o.workspace_id = workspace AND o.content_sha256 = ANY (hashes)
            AND NOT EXISTS (
                SELECT FROM sqlrag.documents AS d
                WHERE d.workspace_id = workspace AND d.content_sha256 = o.content_sha256
            )
            AND NOT EXISTS (
                SELECT FROM sqlrag.uploads AS u
                WHERE u.workspace_id = workspace AND u.content_sha256 = o.content_sha256
            );
    END LOOP;
    RETURN NULL;
END;
$$;
COMMENT ON TABLE sqlrag.originals IS
    'The bytes of documents and uploads as they were handed in, once for all of a workspace that share them.';
COMMENT ON COLUMN sqlrag.workspaces.settings IS
    'Its own options of extraction (entity_types, language, examples, gleaning_rounds, max_entities, max_relations), '
    'of retrieval (select) and of costs (budget, budget_period); what clients of OpenAI call it (vector_store).';
CREATE INDEX documents_by_upload ON sqlrag.documents (workspace_id, left(source_key, 37))
WHERE source_key LIKE 'file-%';
CREATE INDEX jobs_without_effect ON sqlrag.jobs (workspace_id, deduplication_key)
WHERE status IN ('failed', 'cancelled');
