-- name: list_job_changes
-- After a moment and a job, in the order of change.
SELECT
    job_id, kind, status, source_key, question, attempts, max_attempts, error, error_kind, progress, track_id,
    run_after, changed_at
FROM rag.jobs
WHERE workspace_id = $1 AND (changed_at, job_id) > ($2, $3::bigint)
ORDER BY changed_at, job_id
LIMIT $4

-- name: list_job_states
-- Of a track, or of a job.
SELECT
    job_id, kind, status, source_key, question, attempts, max_attempts, error, error_kind, progress, track_id,
    run_after, changed_at
FROM rag.jobs
WHERE workspace_id = $1 AND (track_id = $2 OR job_id = $3)
ORDER BY job_id

-- name: read_clock
-- That of the server, by which changes are ordered.
SELECT clock_timestamp()
