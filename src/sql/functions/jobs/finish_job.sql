-- Ends a job with its result in the transaction of its effect; refuses a claim that is no longer the job's. Its worker
-- tells of it with its next claim.
-- call: SELECT sqlrag.finish_job($1, $2)
CREATE OR REPLACE FUNCTION sqlrag.finish_job(job sqlrag.held_job, made jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    -- The row stays locked until the effect is there: meanwhile nobody else can take the job.
    UPDATE sqlrag.jobs AS j
    SET status = 'done', result = made, progress = job.progress, input = NULL, finished_at = clock_timestamp(),
        changed_at = clock_timestamp(), error = NULL, error_kind = NULL
    WHERE j.workspace_id = job.workspace_id AND j.job_id = job.job_id AND j.claim = job.claim AND j.status = 'running';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Job % is no longer this worker''s.', job.job_id USING ERRCODE = 'object_in_use',
            HINT = 'It was cancelled, or its lease ended and another worker has it.';
    END IF;
END;
$$;
