CREATE TABLE sqlrag.keys (
    key_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id int REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    name text NOT NULL DEFAULT '',
    prefix text NOT NULL,
    hash bytea NOT NULL,
    role text NOT NULL,
    principals text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    per_minute int,
    questions_per_minute int,
    writes_per_minute int,
    CONSTRAINT prefix_of_a_key_is_unique UNIQUE (prefix),
    CONSTRAINT hash_of_a_key_is_unique UNIQUE (hash),
    CONSTRAINT hash_of_a_key_is_a_sha256 CHECK (octet_length(hash) = 32),
    CONSTRAINT role_of_a_key_is_known CHECK (role IN ('reader', 'writer', 'admin')),
    CONSTRAINT principals_of_a_key_have_names
        CHECK (array_position(principals, NULL) IS NULL AND '' <> ALL (principals)),
    CONSTRAINT limits_of_a_key_admit_something
        CHECK (least(per_minute, questions_per_minute, writes_per_minute) > 0)
);
CREATE INDEX keys_of_a_workspace ON sqlrag.keys (workspace_id);
COMMENT ON TABLE sqlrag.keys IS
    'Who may use the HTTP API. A key is 256 random bits, of which only the SHA-256 is here, by which it is looked up: '
    'what nobody can guess needs no slow hash.';
COMMENT ON COLUMN sqlrag.keys.workspace_id IS 'The one workspace that it opens; NULL: every one, and the server.';
COMMENT ON COLUMN sqlrag.keys.prefix IS 'What the key begins with after sqlrag_, by which people name it; no secret.';
COMMENT ON COLUMN sqlrag.keys.role IS
    'reader looks and asks, writer also changes documents, graph and jobs, admin also configures, deletes, makes keys.';
COMMENT ON COLUMN sqlrag.keys.principals IS
    'Whom it stands for, such as a team or a person: a reader that has some reads what is for them or for everybody.';
COMMENT ON COLUMN sqlrag.keys.revoked_at IS
    'In the future where another key took its place, and it may be used until then.';
COMMENT ON COLUMN sqlrag.keys.last_used_at IS 'To the minute.';
COMMENT ON COLUMN sqlrag.keys.per_minute IS 'Requests that it may make; NULL: as the settings of the server say.';
COMMENT ON COLUMN sqlrag.keys.questions_per_minute IS 'Questions among them.';
COMMENT ON COLUMN sqlrag.keys.writes_per_minute IS 'Changes among them.';
