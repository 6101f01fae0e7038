-- name: count_jobs
-- By indexes of what lives; of what is over the last hour alone, since all may be millions.
SELECT
    (SELECT count(*) FROM sqlrag.jobs AS j WHERE j.workspace_id = $1 AND j.status = 'waiting') AS waiting,
    (SELECT count(*) FROM sqlrag.jobs AS j WHERE j.workspace_id = $1 AND j.status = 'running') AS running,
    (SELECT count(*) FROM sqlrag.jobs AS j WHERE j.workspace_id = $1 AND j.status = 'failed') AS failed,
    (SELECT count(*) FROM sqlrag.jobs AS j
    WHERE j.workspace_id = $1 AND j.status = 'done' AND j.changed_at > now() - interval '1 hour') AS done_last_hour,
    (SELECT extract(epoch FROM now() - min(j.created_at))::float8 FROM sqlrag.jobs AS j
    WHERE j.workspace_id = $1 AND j.status = 'waiting') AS oldest_waits

-- name: list_board
-- What has run longest, what is begun next and what failed last, so many of each.
(SELECT
    job_id, kind, status, source_key, question, attempts, max_attempts, error, error_kind, progress, track_id,
    run_after, changed_at
FROM rag.jobs
WHERE workspace_id = $1 AND status = 'running'
ORDER BY started_at, job_id LIMIT $2)
UNION ALL
(SELECT
    job_id, kind, status, source_key, question, attempts, max_attempts, error, error_kind, progress, track_id,
    run_after, changed_at
FROM rag.jobs
WHERE workspace_id = $1 AND status = 'waiting'
ORDER BY priority DESC, run_after, job_id LIMIT $2)
UNION ALL
(SELECT
    job_id, kind, status, source_key, question, attempts, max_attempts, error, error_kind, progress, track_id,
    run_after, changed_at
FROM rag.jobs
WHERE workspace_id = $1 AND status = 'failed'
ORDER BY job_id DESC LIMIT $2)

-- name: list_workers
SELECT host, pid, version, kinds, concurrency, running, is_alive, seen_at
FROM rag.workers
WHERE is_alive OR running > 0
ORDER BY started_at, host, pid

-- name: takes_anybody
-- Whether a worker that is alive takes jobs of a kind.
SELECT EXISTS (SELECT FROM rag.workers WHERE is_alive AND (kinds IS NULL OR $1 = ANY (kinds)))

-- name: measure_queue
-- How many jobs of each workspace wait, run and have failed, and, without a workspace, how many workers are alive.
SELECT w.name AS workspace, found.status, found.jobs, found.oldest_seconds
FROM (
    SELECT j.workspace_id, CASE WHEN j.attempts = 0 THEN 'waiting' ELSE 'retrying' END AS status, count(*) AS jobs,
        extract(epoch FROM now() - min(j.created_at))::float8 AS oldest_seconds
    FROM sqlrag.jobs AS j WHERE j.status = 'waiting' GROUP BY 1, 2
    UNION ALL
    SELECT j.workspace_id, 'running', count(*), extract(epoch FROM now() - min(j.created_at))::float8
    FROM sqlrag.jobs AS j WHERE j.status = 'running' GROUP BY 1
    UNION ALL
    SELECT j.workspace_id, 'failed', count(*), extract(epoch FROM now() - min(j.created_at))::float8
    FROM sqlrag.jobs AS j WHERE j.status = 'failed' GROUP BY 1
    UNION ALL
    SELECT NULL, 'alive', count(*), NULL FROM rag.workers AS k WHERE k.is_alive
) AS found
LEFT JOIN sqlrag.workspaces AS w USING (workspace_id)
ORDER BY w.name, found.status
