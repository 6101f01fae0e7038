CREATE OR REPLACE VIEW rag.edits WITH (security_invoker) AS
SELECT w.name AS workspace, e.edit_id, e.edited_at, e.edited_by, e.action, e.subject, e.before, e.after, e.workspace_id
FROM sqlrag.edits AS e
JOIN sqlrag.workspaces AS w USING (workspace_id);
COMMENT ON VIEW rag.edits IS 'What people changed in the graph: who, when, what, before and after.';
COMMENT ON COLUMN rag.edits.action IS 'The function of schema rag that did it.';
COMMENT ON COLUMN rag.edits.subject IS 'The entity, or the two ends of the relation, by the names they had.';
