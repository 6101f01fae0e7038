CREATE OR REPLACE VIEW rag.keys WITH (security_invoker) AS
SELECT k.key_id, k.prefix, k.name, w.name AS workspace, k.role, k.principals,
    sqlrag.key_status(k.expires_at, k.revoked_at) AS status, k.created_at, k.expires_at, k.revoked_at, k.last_used_at,
    k.per_minute, k.questions_per_minute, k.writes_per_minute
FROM sqlrag.keys AS k
LEFT JOIN sqlrag.workspaces AS w USING (workspace_id);
COMMENT ON VIEW rag.keys IS 'Who may use the HTTP API, without what the keys are known by; no workspace is every one.';
