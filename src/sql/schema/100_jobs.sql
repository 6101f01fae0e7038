CREATE TABLE sqlrag.workers (
    worker_id uuid PRIMARY KEY,
    host text NOT NULL,
    pid int NOT NULL,
    version text NOT NULL,
    kinds text[],
    concurrency int NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE sqlrag.workers IS 'The processes that take jobs; each says every few seconds that it is alive.';
COMMENT ON COLUMN sqlrag.workers.kinds IS 'The kinds of jobs that it takes; NULL for all.';

CREATE TABLE sqlrag.jobs (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    job_id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    status text NOT NULL DEFAULT 'waiting',
    deduplication_key text,
    track_id uuid,
    priority int NOT NULL DEFAULT 0,
    run_after timestamptz NOT NULL DEFAULT now(),
    attempts int NOT NULL DEFAULT 0,
    max_attempts int NOT NULL DEFAULT 5,
    time_limit interval NOT NULL DEFAULT '15 minutes',
    claim uuid,
    worker_id uuid,
    lease_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    arguments jsonb NOT NULL DEFAULT '{}',
    input bytea,
    progress jsonb NOT NULL DEFAULT '{}',
    result jsonb,
    error text,
    error_kind text,
    PRIMARY KEY (workspace_id, job_id),
    CONSTRAINT status_of_a_job_is_known
        CHECK (status IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'replaced')),
    CONSTRAINT a_running_job_is_claimed
        CHECK (status <> 'running' OR claim IS NOT NULL AND lease_until IS NOT NULL AND started_at IS NOT NULL),
    CONSTRAINT a_failed_job_says_why CHECK (status <> 'failed' OR error IS NOT NULL),
    CONSTRAINT what_is_over_has_an_end CHECK ((finished_at IS NULL) = (status IN ('waiting', 'running'))),
    CONSTRAINT arguments_are_an_object CHECK (jsonb_typeof(arguments) = 'object')
-- A row is written five times in its life, and looked for by what is left of the few that live.
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
COMMENT ON TABLE sqlrag.jobs IS 'Work that is done in the background, of one workspace each.';
COMMENT ON COLUMN sqlrag.jobs.deduplication_key IS
    'What it works on. Of one key at most one job waits and one runs, so that they run in the order they came in.';
COMMENT ON COLUMN sqlrag.jobs.track_id IS 'What was given in one request.';
COMMENT ON COLUMN sqlrag.jobs.priority IS 'Within its workspace; higher is sooner.';
COMMENT ON COLUMN sqlrag.jobs.attempts IS 'Counted when it is claimed, so that one that kills its worker ends, too.';
COMMENT ON COLUMN sqlrag.jobs.time_limit IS 'Of an attempt.';
COMMENT ON COLUMN sqlrag.jobs.claim IS
    'Of its latest attempt: whoever does not have it cannot finish the job, nor write what it makes.';
COMMENT ON COLUMN sqlrag.jobs.lease_until IS 'When a worker that has not been heard of is taken for dead.';
COMMENT ON COLUMN sqlrag.jobs.changed_at IS 'When its status or its progress changed last.';
COMMENT ON COLUMN sqlrag.jobs.input IS 'The bytes of a document; kept until it is ingested.';
COMMENT ON COLUMN sqlrag.jobs.progress IS 'By stage: how much is done, of how much, in how many seconds.';

-- Where a claim looks: the lanes of a workspace, each in order of age.
CREATE INDEX jobs_that_wait ON sqlrag.jobs (workspace_id, kind, priority, run_after, job_id) WHERE status = 'waiting';
CREATE INDEX jobs_that_run ON sqlrag.jobs (lease_until) WHERE status = 'running';
CREATE UNIQUE INDEX one_job_of_a_key_waits ON sqlrag.jobs (workspace_id, deduplication_key) WHERE status = 'waiting';
CREATE UNIQUE INDEX one_job_of_a_key_runs ON sqlrag.jobs (workspace_id, deduplication_key) WHERE status = 'running';
CREATE INDEX jobs_under_suspicion ON sqlrag.jobs (run_after) WHERE status = 'waiting' AND error_kind = 'worker-lost';
CREATE INDEX jobs_that_failed ON sqlrag.jobs (workspace_id, job_id) WHERE status = 'failed';
CREATE INDEX jobs_without_effect ON sqlrag.jobs (workspace_id, deduplication_key)
WHERE status IN ('failed', 'cancelled');
CREATE INDEX jobs_by_change ON sqlrag.jobs (workspace_id, changed_at, job_id);
CREATE INDEX jobs_by_track ON sqlrag.jobs (workspace_id, track_id) WHERE track_id IS NOT NULL;

CREATE TYPE sqlrag.new_job AS (
    kind text, deduplication_key text, track_id uuid, priority int, delay interval, time_limit interval,
    arguments jsonb, input bytea
);
COMMENT ON TYPE sqlrag.new_job IS 'A job to be added; what is NULL has the default of the table.';

CREATE TYPE sqlrag.held_job AS (workspace_id int, job_id bigint, claim uuid, progress jsonb);
COMMENT ON TYPE sqlrag.held_job IS 'A job that a worker believes to have.';
