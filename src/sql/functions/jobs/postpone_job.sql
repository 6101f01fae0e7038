-- Puts a job off that cannot be done now, as if it had not been tried; a newer one for the same will do instead.
-- call: SELECT sqlrag.postpone_job($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION sqlrag.postpone_job(job sqlrag.held_job, why text, kind_of_error text, wait interval)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sqlrag.jobs AS j
    SET status = CASE WHEN newer.waits THEN 'replaced' ELSE 'waiting' END, attempts = j.attempts - 1,
        error = why, error_kind = kind_of_error, claim = NULL, lease_until = NULL, changed_at = clock_timestamp(),
        -- Never many at the same moment.
        run_after = clock_timestamp() + wait + least(wait, interval '1 minute') * random(),
        finished_at = CASE WHEN newer.waits THEN clock_timestamp() END,
        input = CASE WHEN NOT newer.waits THEN j.input END
    FROM (
        SELECT EXISTS (SELECT FROM sqlrag.jobs AS w JOIN sqlrag.jobs AS k USING (workspace_id, deduplication_key)
            WHERE k.workspace_id = job.workspace_id AND k.job_id = job.job_id AND w.status = 'waiting') AS waits
    ) AS newer
    WHERE j.workspace_id = job.workspace_id AND j.job_id = job.job_id AND j.claim = job.claim AND j.status = 'running';
    PERFORM pg_notify('sqlrag_jobs', job.workspace_id::text);
END;
$$;
