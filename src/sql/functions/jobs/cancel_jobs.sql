-- Cancels jobs that wait or run; what they would have written is not written. Returns those it cancelled.
-- call: SELECT * FROM sqlrag.cancel_jobs($1, $2) AS job_id
-- example: SELECT * FROM rag.cancel_jobs('default', '{1}')
CREATE OR REPLACE FUNCTION sqlrag.cancel_jobs(workspace int, jobs bigint[]) RETURNS SETOF bigint
LANGUAGE sql ROWS 1 AS $$
    WITH cancelled AS (
        UPDATE sqlrag.jobs AS j
        SET status = 'cancelled', finished_at = clock_timestamp(), changed_at = clock_timestamp(), claim = NULL
        WHERE j.workspace_id = workspace AND j.job_id = ANY (jobs) AND j.status IN ('waiting', 'running')
        RETURNING j.job_id
    ), told AS (
        SELECT pg_notify('sqlrag_jobs', workspace::text) FROM (SELECT FROM cancelled LIMIT 1) AS any_of_them
    )
    SELECT c.job_id FROM cancelled AS c
    WHERE (SELECT count(*) FROM told) >= 0  -- a join that nothing is read of would be left out
$$;
