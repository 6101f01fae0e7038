-- Says that a worker is alive and what it has done of its jobs; returns those that it no longer has.
-- call: SELECT * FROM sqlrag.extend_jobs($1, $2, $3) AS job_id
CREATE OR REPLACE FUNCTION sqlrag.extend_jobs(worker uuid, held sqlrag.held_job[], lease interval)
RETURNS SETOF bigint
LANGUAGE sql ROWS 1 AS $$
    UPDATE sqlrag.workers AS w SET seen_at = clock_timestamp() WHERE w.worker_id = worker;
    -- One that is locked is being finished at this moment. None is had longer than its time limit and a lease.
    UPDATE sqlrag.jobs AS j
    SET lease_until = least(clock_timestamp(), j.started_at + j.time_limit) + lease,
        progress = h.progress,
        changed_at = CASE WHEN j.progress = h.progress THEN j.changed_at ELSE clock_timestamp() END
    FROM (
        SELECT k.workspace_id, k.job_id, h.progress
        FROM unnest(held) AS h
        JOIN sqlrag.jobs AS k ON k.workspace_id = h.workspace_id AND k.job_id = h.job_id
        WHERE k.claim = h.claim AND k.status = 'running'
        FOR UPDATE OF k SKIP LOCKED
    ) AS h
    WHERE j.workspace_id = h.workspace_id AND j.job_id = h.job_id;
    SELECT h.job_id
    FROM unnest(held) AS h
    WHERE NOT EXISTS (SELECT FROM sqlrag.jobs AS j
        WHERE j.workspace_id = h.workspace_id AND j.job_id = h.job_id AND j.claim = h.claim
            AND j.status IN ('running', 'done'))
$$;
