-- Adds jobs in the transaction of its caller: the id of each, in their order.
-- call: SELECT * FROM sqlrag.enqueue($1, $2) AS job_id
CREATE OR REPLACE FUNCTION sqlrag.enqueue(workspace int, jobs sqlrag.new_job[]) RETURNS SETOF bigint
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    job sqlrag.new_job;
    added_id bigint;
    is_news boolean := false;
    is_due boolean := false;
BEGIN
    FOREACH job IN ARRAY jobs LOOP
        LOOP
            INSERT INTO sqlrag.jobs AS j (
                workspace_id, kind, deduplication_key, track_id, priority, run_after, time_limit, arguments, input
            )
            VALUES (
                workspace, job.kind, job.deduplication_key, job.track_id, coalesce(job.priority, 0),
                now() + coalesce(job.delay, '0'), coalesce(job.time_limit, '15 minutes'),
                coalesce(job.arguments, '{}'), job.input
            )
            ON CONFLICT (workspace_id, deduplication_key) WHERE status = 'waiting' DO NOTHING
            RETURNING j.job_id INTO added_id;
            IF FOUND THEN
                is_news := true;
                is_due := is_due OR job.delay IS NULL;
                EXIT;
            END IF;
            -- The same work need not be done twice. Locked, so that it does not begin before what our transaction has
            -- written can be seen; others who want it share the lock.
            SELECT w.job_id INTO added_id
            FROM sqlrag.jobs AS w
            WHERE w.workspace_id = workspace AND w.deduplication_key = job.deduplication_key AND w.status = 'waiting'
                AND w.track_id IS NOT DISTINCT FROM job.track_id AND w.kind = job.kind
                AND w.arguments = coalesce(job.arguments, '{}') AND w.input IS NOT DISTINCT FROM job.input
            FOR SHARE;
            EXIT WHEN FOUND;
            UPDATE sqlrag.jobs AS w
            SET status = 'replaced', finished_at = now(), changed_at = now(), input = NULL,
                error = 'Another job for the same came before it had begun.'
            WHERE w.workspace_id = workspace AND w.deduplication_key = job.deduplication_key AND w.status = 'waiting';
        END LOOP;
        RETURN NEXT added_id;
    END LOOP;
    -- Each wakes all workers, who find what is to wait when they look anyway.
    PERFORM pg_notify('sqlrag_work', '') WHERE is_due;
    PERFORM pg_notify('sqlrag_jobs', workspace::text) WHERE is_news;
END;
$$;
