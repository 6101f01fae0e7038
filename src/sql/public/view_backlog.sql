CREATE OR REPLACE VIEW rag.backlog WITH (security_invoker) AS
SELECT w.name AS workspace, count(*) FILTER (WHERE j.status = 'waiting') AS waiting,
    count(*) FILTER (WHERE j.status = 'waiting' AND j.attempts > 0) AS retrying,
    count(*) FILTER (WHERE j.status = 'running') AS running,
    now() - min(j.created_at) FILTER (WHERE j.status = 'waiting') AS oldest_waits, workspace_id
FROM sqlrag.jobs AS j
JOIN sqlrag.workspaces AS w USING (workspace_id)
WHERE j.status = 'waiting' OR j.status = 'running'
GROUP BY w.name, workspace_id;
COMMENT ON VIEW rag.backlog IS 'How many jobs of each workspace wait and run; nothing of those that have none.';
COMMENT ON COLUMN rag.backlog.retrying IS 'Those of them that wait because an attempt failed.';
