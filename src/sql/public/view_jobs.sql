CREATE OR REPLACE VIEW rag.jobs WITH (security_invoker) AS
SELECT j.job_id, w.name AS workspace, j.kind, j.status, j.arguments ->> 'source_key' AS source_key,
    j.arguments ->> 'question' AS question, j.attempts, j.max_attempts, j.error, j.error_kind, j.progress, j.result,
    j.track_id, j.priority, j.created_at, j.run_after, j.started_at, j.finished_at, j.changed_at,
    k.host || ':' || k.pid AS worker, j.workspace_id
FROM sqlrag.jobs AS j
JOIN sqlrag.workspaces AS w USING (workspace_id)
LEFT JOIN sqlrag.workers AS k ON k.worker_id = j.worker_id;
COMMENT ON VIEW rag.jobs IS 'Work in the background: what waits, runs and is over, with its result or what went wrong.';
COMMENT ON COLUMN rag.jobs.run_after IS 'What waits is not begun before.';
COMMENT ON COLUMN rag.jobs.worker IS 'The process that has it, or had it last: host and pid.';
