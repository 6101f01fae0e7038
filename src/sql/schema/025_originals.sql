CREATE TABLE sqlrag.originals (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    content_sha256 bytea NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (workspace_id, content_sha256)
);
COMMENT ON TABLE sqlrag.originals IS
    'The bytes of documents and uploads as they were handed in, once for all of a workspace that share them.';

CREATE INDEX documents_by_content ON sqlrag.documents (workspace_id, content_sha256);

-- With its last document or upload an original goes. Its row is locked first, as a writer of another one of the same
-- bytes does, so that the second step sees what that writer left.
CREATE FUNCTION sqlrag.forget_originals() RETURNS trigger
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

CREATE TRIGGER forget_originals_of_deleted AFTER DELETE ON sqlrag.documents
REFERENCING OLD TABLE AS left_behind FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.forget_originals();
CREATE TRIGGER forget_originals_of_updated AFTER UPDATE ON sqlrag.documents
REFERENCING OLD TABLE AS left_behind FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.forget_originals();
