-- After a crash it is empty, which costs a tenth of a minute's calls; a call does not wait for the disk.
CREATE UNLOGGED TABLE sqlrag.model_limits (
    endpoint text NOT NULL,
    model text NOT NULL,
    resource text NOT NULL,
    per_minute int NOT NULL,
    empty_at timestamptz NOT NULL,
    PRIMARY KEY (endpoint, model, resource),
    CONSTRAINT resource_is_known CHECK (resource IN ('requests', 'tokens')),
    CONSTRAINT a_limit_admits_something CHECK (per_minute > 0)
);
COMMENT ON TABLE sqlrag.model_limits IS
    'What all servers and workers together may call of a model in a minute, and what they have taken of it.';
COMMENT ON COLUMN sqlrag.model_limits.per_minute IS 'As the settings of the latest caller have it.';
COMMENT ON COLUMN sqlrag.model_limits.empty_at IS
    'When what flows in has made up for all that was taken: in the past some is left, in the future callers wait.';
