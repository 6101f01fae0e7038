-- Lets jobs that failed or were cancelled run once more; all that failed, where none is named. Returns those that will.
-- call: SELECT * FROM sqlrag.retry_jobs($1, $2) AS job_id
-- example: SELECT * FROM rag.retry_jobs('default')
CREATE OR REPLACE FUNCTION sqlrag.retry_jobs(workspace int, jobs bigint[] DEFAULT NULL) RETURNS SETOF bigint
LANGUAGE sql ROWS 10 AS $$
    WITH wanted AS (
        -- The latest of several for the same, unless a newer one waits.
        SELECT DISTINCT ON (coalesce(j.deduplication_key, j.job_id::text)) j.job_id
        FROM sqlrag.jobs AS j
        WHERE j.workspace_id = workspace
            AND (jobs IS NULL AND j.status = 'failed' OR j.job_id = ANY (jobs) AND j.status IN ('failed', 'cancelled'))
            AND NOT EXISTS (SELECT FROM sqlrag.jobs AS w WHERE w.workspace_id = workspace AND w.status = 'waiting'
                AND w.deduplication_key = j.deduplication_key)
        ORDER BY coalesce(j.deduplication_key, j.job_id::text), j.job_id DESC
    ), waiting AS (
        UPDATE sqlrag.jobs AS j
        SET status = 'waiting', attempts = 0, run_after = clock_timestamp(), changed_at = clock_timestamp(),
            finished_at = NULL, claim = NULL
        FROM wanted AS w
        WHERE j.workspace_id = workspace AND j.job_id = w.job_id AND j.status IN ('failed', 'cancelled')
        RETURNING j.job_id
    ), told AS (
        SELECT pg_notify('sqlrag_jobs', workspace::text), pg_notify('sqlrag_work', '')
        FROM (SELECT FROM waiting LIMIT 1) AS any_of_them
    )
    SELECT w.job_id FROM waiting AS w
    WHERE (SELECT count(*) FROM told) >= 0  -- a join that nothing is read of would be left out
$$;
