CREATE OR REPLACE VIEW rag.schedules WITH (security_invoker) AS
SELECT k.name AS workspace, s.schedule_id, s.cron, s.time_zone, s.kind, s.arguments, s.enabled,
    CASE WHEN s.enabled THEN s.next_at END AS next_at, s.fired_at, s.job_id, j.status AS job_status, s.workspace_id
FROM sqlrag.schedules AS s
JOIN sqlrag.workspaces AS k USING (workspace_id)
LEFT JOIN sqlrag.jobs AS j USING (workspace_id, job_id);
COMMENT ON VIEW rag.schedules IS 'Jobs that are enqueued by the clock: when next, and what became of the latest.';
