-- name: add_audit_entries
-- What was done in a workspace goes with it, but that it was made and deleted.
INSERT INTO sqlrag.audit
    (workspace_id, at, who, principals, operation, subject, question, document_ids, request_id, outcome)
SELECT w.workspace_id, told.at, coalesce(told.who, current_user), told.principals, told.operation,
    coalesce(told.subject, CASE WHEN w.workspace_id IS NULL THEN told.workspace END), told.question,
    told.document_ids, told.request_id, told.outcome
FROM unnest($1::sqlrag.new_audit_entry[]) AS told
LEFT JOIN sqlrag.workspaces AS w ON w.name = told.workspace
WHERE told.workspace IS NULL OR w.workspace_id IS NOT NULL
    OR told.operation IN ('create_workspace', 'delete_workspace')

-- name: list_audit
-- The latest first, of a workspace or of all.
SELECT audit_id, at, workspace, who, principals, operation, subject, question, document_ids, request_id, outcome
FROM rag.audit
WHERE ($1::int IS NULL OR workspace_id = $1) AND ($2::bigint IS NULL OR audit_id < $2)
    AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)
    AND ($6::text IS NULL OR who = $6 OR $6 = ANY (principals)) AND ($7::bigint IS NULL OR $7 = ANY (document_ids))
ORDER BY audit_id DESC
LIMIT $3

-- name: prune_audit
DELETE FROM sqlrag.audit WHERE at < now() - $1::interval
