CREATE OR REPLACE VIEW rag.workspaces WITH (security_invoker) AS
SELECT w.workspace_id, w.name, t.documents, t.chunks, t.terms, s.model, s.dimensions, w.created_at, w.settings
FROM sqlrag.workspaces AS w
LEFT JOIN sqlrag.embedding_spaces AS s USING (space_id)
-- Of each by itself: a page of many, or one, reads no more than it tells.
CROSS JOIN LATERAL (
    SELECT coalesce(sum(documents), 0)::bigint AS documents, coalesce(sum(chunks), 0)::bigint AS chunks,
        coalesce(sum(terms), 0)::bigint AS terms
    FROM sqlrag.workspace_totals
    WHERE workspace_id = w.workspace_id
) AS t;
COMMENT ON VIEW rag.workspaces IS 'The workspaces, how much each holds and which model made its embeddings.';
COMMENT ON COLUMN rag.workspaces.settings IS
    'The workspace''s own options of extraction and retrieval; what is not in it follows the settings of whoever '
    'ingests or asks.';
