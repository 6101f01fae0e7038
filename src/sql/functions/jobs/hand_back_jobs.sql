-- Gives jobs back that a worker has not done, as if it had never had them.
-- call: SELECT sqlrag.hand_back_jobs($1)
CREATE OR REPLACE FUNCTION sqlrag.hand_back_jobs(held sqlrag.held_job[]) RETURNS void
LANGUAGE sql AS $$
    WITH given_back AS (
        UPDATE sqlrag.jobs AS j
        SET status = CASE WHEN newer.waits THEN 'replaced' ELSE 'waiting' END, claim = NULL, lease_until = NULL,
            attempts = j.attempts - 1, progress = '{}', changed_at = clock_timestamp(),
            finished_at = CASE WHEN newer.waits THEN clock_timestamp() END,
            input = CASE WHEN NOT newer.waits THEN j.input END
        FROM unnest(held) AS h
        JOIN sqlrag.jobs AS k ON k.workspace_id = h.workspace_id AND k.job_id = h.job_id
        CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM sqlrag.jobs AS w WHERE w.workspace_id = k.workspace_id AND w.status = 'waiting'
                AND w.deduplication_key = k.deduplication_key) AS waits
        ) AS newer
        WHERE j.workspace_id = k.workspace_id AND j.job_id = k.job_id AND j.claim = h.claim AND j.status = 'running'
        RETURNING j.workspace_id
    )
    SELECT count(pg_notify('sqlrag_jobs', workspace_id::text)), count(pg_notify('sqlrag_work', ''))
    FROM (SELECT DISTINCT workspace_id FROM given_back) AS touched
$$;
