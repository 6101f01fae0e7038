CREATE TABLE sqlrag.schedules (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    schedule_id int GENERATED ALWAYS AS IDENTITY,
    cron text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    kind text NOT NULL,
    arguments jsonb NOT NULL DEFAULT '{}',
    enabled boolean NOT NULL DEFAULT true,
    next_at timestamptz NOT NULL,
    fired_at timestamptz,
    job_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, schedule_id),
    CONSTRAINT arguments_are_an_object CHECK (jsonb_typeof(arguments) = 'object')
);
COMMENT ON TABLE sqlrag.schedules IS 'Jobs that are enqueued by the clock, by whichever worker comes first.';
COMMENT ON COLUMN sqlrag.schedules.cron IS 'Minute, hour, day, month, day of the week, by the clock of its time zone.';
COMMENT ON COLUMN sqlrag.schedules.next_at IS 'Whoever moves it enqueues the job, in one transaction.';
COMMENT ON COLUMN sqlrag.schedules.job_id IS 'The latest job; it may have been pruned.';
