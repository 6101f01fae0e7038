CREATE OR REPLACE VIEW rag.grants WITH (security_invoker) AS
SELECT w.name AS workspace, g.grantee, g.role, r.oid IS NOT NULL AS is_valid, g.granted_by, g.granted_at, g.workspace_id
FROM sqlrag.grants AS g
LEFT JOIN sqlrag.workspaces AS w USING (workspace_id)
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee_oid AND r.rolname = g.grantee;
COMMENT ON VIEW rag.grants IS
    'Which roles of this Postgres may use which workspace, and as what; no workspace is every one.';
COMMENT ON COLUMN rag.grants.is_valid IS
    'Whether the role is still the one that it was given to; rag.renew_grants gives it to who has the name now.';
