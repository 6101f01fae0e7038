-- name: list_watched_tables
SELECT
    name, relation::text AS relation, status, key_column, text_column, title_column, metadata_columns, condition,
    media_type, error, watch_id
FROM rag.watched_tables
WHERE workspace_id = $1
ORDER BY name

-- name: count_track
-- By status; a track of many thousands is not read job by job.
SELECT status, count(*) AS jobs FROM sqlrag.jobs WHERE workspace_id = $1 AND track_id = $2 GROUP BY status

-- name: is_worker_alive
SELECT EXISTS (SELECT FROM rag.workers WHERE is_alive) AS is_alive
