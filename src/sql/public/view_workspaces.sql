CREATE OR REPLACE VIEW rag.workspaces AS
SELECT w.workspace_id, w.name, coalesce(t.documents, 0) AS documents, coalesce(t.chunks, 0) AS chunks,
    coalesce(t.terms, 0) AS terms, s.model, s.dimensions, w.created_at, w.settings
FROM sqlrag.workspaces AS w
LEFT JOIN sqlrag.embedding_spaces AS s USING (space_id)
LEFT JOIN (
    SELECT workspace_id, sum(documents)::bigint AS documents, sum(chunks)::bigint AS chunks, sum(terms)::bigint AS terms
    FROM sqlrag.workspace_totals
    GROUP BY workspace_id
) AS t USING (workspace_id);
COMMENT ON VIEW rag.workspaces IS 'The workspaces, how much each holds and which model made its embeddings.';
COMMENT ON COLUMN rag.workspaces.settings IS
    'The workspace''s own options of extraction and retrieval; what is not in it follows the settings of whoever '
    'ingests or asks.';
