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
