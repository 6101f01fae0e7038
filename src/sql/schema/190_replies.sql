CREATE TABLE sqlrag.replies (
    reply_id bytea PRIMARY KEY,
    workspace_id int REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    claim uuid NOT NULL,
    ends_at timestamptz NOT NULL,
    request_sha256 bytea,
    status int,
    headers jsonb,
    body text,
    CONSTRAINT id_of_a_reply_is_a_sha256 CHECK (octet_length(reply_id) = 32),
    CONSTRAINT a_reply_says_to_what CHECK (num_nulls(request_sha256, status, headers) IN (0, 3)),
    CONSTRAINT a_reply_in_work_says_nothing CHECK (status IS NOT NULL OR body IS NULL)
);
CREATE INDEX replies_of_a_workspace ON sqlrag.replies (workspace_id);
CREATE INDEX replies_by_their_end ON sqlrag.replies (ends_at);
COMMENT ON TABLE sqlrag.replies IS
    'The first answers to requests that had an Idempotency-Key, for those who ask again because they did not hear.';
COMMENT ON COLUMN sqlrag.replies.reply_id IS 'The SHA-256 of who asked, where, and the key of the request.';
COMMENT ON COLUMN sqlrag.replies.workspace_id IS 'NULL where it was of none, or of one that is not there yet.';
COMMENT ON COLUMN sqlrag.replies.claim IS 'Who is answering, or did.';
COMMENT ON COLUMN sqlrag.replies.ends_at IS
    'Until when it is given again; while it is in work, when who answers is taken for dead.';
COMMENT ON COLUMN sqlrag.replies.body IS 'NULL of a finished one: it held a secret, which is told once.';

SELECT sqlrag.guard_table('sqlrag.replies');
