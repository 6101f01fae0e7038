-- name: add_schedule
INSERT INTO sqlrag.schedules (workspace_id, cron, time_zone, kind, arguments, next_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6)
RETURNING schedule_id

-- name: list_schedules
SELECT schedule_id, cron, time_zone, kind, arguments, enabled, next_at, fired_at, job_id, job_status
FROM rag.schedules
WHERE workspace_id = $1
ORDER BY schedule_id

-- name: enable_schedule
UPDATE sqlrag.schedules SET enabled = $3, next_at = coalesce($4::timestamptz, next_at)
WHERE workspace_id = $1 AND schedule_id = $2

-- name: remove_schedule
DELETE FROM sqlrag.schedules WHERE workspace_id = $1 AND schedule_id = $2

-- name: list_due_schedules
SELECT workspace_id, schedule_id, cron, time_zone, next_at, now() AS seen_at
FROM sqlrag.schedules
WHERE enabled AND next_at <= now()

-- name: get_time
SELECT now() AS now
