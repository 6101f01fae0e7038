-- Takes jobs from workers that are not heard of any more; returns how many.
-- call: SELECT sqlrag.sweep_jobs()
CREATE OR REPLACE FUNCTION sqlrag.sweep_jobs() RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    lost record;
    swept int := 0;
BEGIN
    FOR lost IN
        SELECT (j.workspace_id, j.job_id, j.claim, j.progress)::sqlrag.held_job AS job,
            j.started_at + j.time_limit < clock_timestamp() AS too_long
        FROM sqlrag.jobs AS j
        WHERE j.status = 'running' AND j.lease_until < clock_timestamp()
        ORDER BY j.lease_until
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM sqlrag.fail_job(lost.job, CASE WHEN lost.too_long
            THEN 'It took longer than its time limit.' ELSE 'The worker that had it stopped without a word.' END,
            CASE WHEN lost.too_long THEN 'time-limit' ELSE 'worker-lost' END, true);
        swept := swept + 1;
    END LOOP;
    DELETE FROM sqlrag.workers WHERE seen_at < clock_timestamp() - interval '1 day';
    RETURN swept;
END;
$$;
