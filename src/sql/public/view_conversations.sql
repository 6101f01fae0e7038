CREATE OR REPLACE VIEW rag.conversations WITH (security_invoker) AS
SELECT c.conversation_id, w.name AS workspace, c.title, c.metadata, c.owners[cardinality(c.owners)] AS owner,
    c.principals, c.turn_count, c.created_at, c.changed_at, c.expires_at, c.owners, c.workspace_id
FROM sqlrag.conversations AS c
JOIN sqlrag.workspaces AS w USING (workspace_id);
COMMENT ON VIEW rag.conversations IS
    'Questions that follow one another, whose they are and for how long; for owners of the schema. '
    'Example: SELECT conversation_id, title, owner, turn_count FROM rag.conversations ORDER BY changed_at DESC LIMIT 5';
COMMENT ON COLUMN rag.conversations.owner IS 'The key, by its prefix; NULL where none was needed.';
