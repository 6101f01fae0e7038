-- name: add_worker
INSERT INTO sqlrag.workers (worker_id, host, pid, version, kinds, concurrency) VALUES ($1, $2, $3, $4, $5, $6)

-- name: remove_worker
DELETE FROM sqlrag.workers WHERE worker_id = $1

-- name: has_suspects
SELECT EXISTS (SELECT FROM sqlrag.jobs
    WHERE status = 'waiting' AND error_kind = 'worker-lost' AND run_after <= now()
        AND ($1::text[] IS NULL OR kind = ANY ($1)))

-- name: list_jobs
-- The latest first.
SELECT
    job_id, kind, status, source_key, question, attempts, max_attempts, error, error_kind, progress, track_id,
    run_after, worker, created_at, started_at, finished_at, result
FROM rag.jobs
WHERE workspace_id = $1 AND ($2::bigint IS NULL OR job_id < $2) AND ($4::text IS NULL OR status = $4)
    AND ($5::text IS NULL OR kind = $5)
ORDER BY job_id DESC
LIMIT $3

-- name: list_track
SELECT
    job_id, kind, status, source_key, question, attempts, max_attempts, error, error_kind, progress, track_id,
    run_after, worker, created_at, started_at, finished_at, result
FROM rag.jobs
WHERE workspace_id = $1 AND track_id = $2
ORDER BY job_id

-- name: prune_all_jobs
-- By whichever worker comes first.
SELECT sum(sqlrag.prune_jobs(w.workspace_id, $1::interval, $2::interval))::bigint AS pruned
FROM sqlrag.workspaces AS w
WHERE pg_try_advisory_xact_lock(sqlrag.writer_lock(), -1)

-- name: is_backlog_full
SELECT count(*) >= $2 FROM (
    SELECT FROM sqlrag.jobs WHERE workspace_id = $1 AND status = 'waiting' LIMIT $2
) AS waiting
