-- Ends an attempt that failed: the job waits for the next one, or has failed; NULL where the claim is not the job's.
-- call: SELECT sqlrag.fail_job($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION sqlrag.fail_job(
    job sqlrag.held_job, why text, kind_of_error text, may_retry boolean, wait interval DEFAULT '0'
)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    became text;
BEGIN
    -- A newer one for the same waits already: that will do.
    SELECT CASE
        WHEN NOT may_retry OR j.attempts >= j.max_attempts THEN 'failed'
        WHEN EXISTS (SELECT FROM sqlrag.jobs AS w WHERE w.workspace_id = job.workspace_id AND w.status = 'waiting'
            AND w.deduplication_key = j.deduplication_key) THEN 'replaced'
        ELSE 'waiting' END INTO became
    FROM sqlrag.jobs AS j
    WHERE j.workspace_id = job.workspace_id AND j.job_id = job.job_id AND j.claim = job.claim AND j.status = 'running'
    FOR UPDATE;
    IF became IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE sqlrag.jobs AS j
    SET status = became, error = why, error_kind = kind_of_error, changed_at = clock_timestamp(),
        progress = job.progress,
        claim = NULL, lease_until = NULL,
        finished_at = CASE WHEN became <> 'waiting' THEN clock_timestamp() END,
        -- Twice as long each time, up to ten minutes, and never many at the same moment; as long as was asked for.
        run_after = CASE WHEN became <> 'waiting' THEN j.run_after ELSE clock_timestamp() + greatest(
            wait, least(interval '10 minutes', interval '2 seconds' * 2 ^ j.attempts) * (0.5 + 0.5 * random())
        ) END,
        input = CASE WHEN became <> 'replaced' THEN j.input END
    WHERE j.workspace_id = job.workspace_id AND j.job_id = job.job_id;
    PERFORM pg_notify('sqlrag_jobs', job.workspace_id::text);
    RETURN became;
END;
$$;
