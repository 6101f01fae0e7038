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
