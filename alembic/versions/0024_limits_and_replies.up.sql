ALTER TABLE sqlrag.keys
    ADD COLUMN per_minute int, ADD COLUMN questions_per_minute int, ADD COLUMN writes_per_minute int;
ALTER TABLE sqlrag.keys ADD CONSTRAINT limits_of_a_key_admit_something
    CHECK (least(per_minute, questions_per_minute, writes_per_minute) > 0);
COMMENT ON COLUMN sqlrag.keys.per_minute IS 'Requests that it may make; NULL: as the settings of the server say.';
COMMENT ON COLUMN sqlrag.keys.questions_per_minute IS 'Questions among them.';
COMMENT ON COLUMN sqlrag.keys.writes_per_minute IS 'Changes among them.';

-- A request does not wait for the disk; after a crash it is empty, and every key has a whole minute's requests again.
CREATE UNLOGGED TABLE sqlrag.key_limits (
    key_id int NOT NULL REFERENCES sqlrag.keys (key_id) ON DELETE CASCADE,
    resource text NOT NULL,
    full_at timestamptz NOT NULL,
    PRIMARY KEY (key_id, resource),
    CONSTRAINT resource_of_a_key_is_known CHECK (resource IN ('requests', 'questions', 'writes'))
);
COMMENT ON TABLE sqlrag.key_limits IS 'What has been taken of the requests that a key may make, at any server.';
COMMENT ON COLUMN sqlrag.key_limits.full_at IS
    'When what flows in has made up for all that was taken; a minute ahead of now nothing is left.';

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
