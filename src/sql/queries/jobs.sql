-- name: add_worker
INSERT INTO sqlrag.workers (worker_id, host, pid, version, kinds, concurrency) VALUES ($1, $2, $3, $4, $5, $6)

-- name: remove_worker
DELETE FROM sqlrag.workers WHERE worker_id = $1

-- name: tell_of_jobs
SELECT pg_notify('sqlrag_jobs', unnest($1::int[])::text)

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

-- name: list_costs_of_track
WITH track AS (
    SELECT min(j.created_at) AS since,
        CASE WHEN bool_and(j.finished_at IS NOT NULL) THEN max(j.finished_at) END AS until
    FROM sqlrag.jobs AS j WHERE j.workspace_id = $1 AND j.track_id = $2
)
SELECT c.purpose, c.model, count(*) AS calls, count(c.error) AS errors,
    coalesce(sum(c.prompt_tokens), 0)::bigint AS prompt_tokens,
    coalesce(sum(c.completion_tokens), 0)::bigint AS completion_tokens, sum(c.seconds) AS seconds, ((
        p.dollars_in * coalesce(sum(c.prompt_tokens), 0) + p.dollars_out * coalesce(sum(c.completion_tokens), 0)
    ) / 1000000)::float8 AS dollars
FROM track AS t
JOIN sqlrag.model_calls AS c ON c.workspace_id = $1 AND c.created_at BETWEEN t.since AND coalesce(t.until, now())
LEFT JOIN sqlrag.prices AS p USING (model)
WHERE c.source_key IN (SELECT j.arguments ->> 'source_key' FROM sqlrag.jobs AS j
    WHERE j.workspace_id = $1 AND j.track_id = $2)
GROUP BY c.purpose, c.model, p.dollars_in, p.dollars_out
ORDER BY c.purpose, c.model

-- name: prune_all_jobs
-- By whichever worker comes first.
SELECT sum(sqlrag.prune_jobs(w.workspace_id, $1::interval, $2::interval))::bigint AS pruned
FROM sqlrag.workspaces AS w
WHERE pg_try_advisory_xact_lock(sqlrag.writer_lock(), -1)

-- name: is_backlog_full
SELECT count(*) >= $2 FROM (
    SELECT FROM sqlrag.jobs WHERE workspace_id = $1 AND status = 'waiting' LIMIT $2
) AS waiting
