CREATE OR REPLACE VIEW rag.failures WITH (security_invoker) AS
SELECT w.name AS workspace, j.kind, j.error_kind, j.error, count(*) AS jobs, max(j.finished_at) AS latest,
    min(j.job_id) AS first_job_id, j.workspace_id
FROM sqlrag.jobs AS j
JOIN sqlrag.workspaces AS w USING (workspace_id)
WHERE j.status = 'failed'
GROUP BY w.name, j.workspace_id, j.kind, j.error_kind, j.error;
COMMENT ON VIEW rag.failures IS
    'Jobs that failed for good, those of one reason together; rag.retry_jobs runs them again.';
