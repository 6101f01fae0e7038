CREATE OR REPLACE VIEW rag.audit AS
SELECT a.audit_id, a.at, w.name AS workspace, a.who, a.principals, a.operation, a.subject, a.question, a.document_ids,
    a.request_id, a.outcome, a.workspace_id
FROM sqlrag.audit AS a
LEFT JOIN sqlrag.workspaces AS w USING (workspace_id);
COMMENT ON VIEW rag.audit IS
    'Who asked what, who changed what, and which documents were shown; questions with SQLRAG_AUDIT=all. '
    'Example: SELECT at, who, operation, subject FROM rag.audit ORDER BY audit_id DESC LIMIT 5';
COMMENT ON COLUMN rag.audit.who IS 
    'The key, by its prefix, or the token, by issuer#subject; without either the role of the database.';
