CREATE OR REPLACE FUNCTION rag.auto_search(
    workspace text, words text, embedding halfvec DEFAULT NULL, k int DEFAULT 20, max_tokens int DEFAULT 30000, filter
    jsonb DEFAULT NULL, hops int DEFAULT 2
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 AS $$
    SELECT * FROM sqlrag.hop_search(rag.workspace_id(workspace),
        ROW(words, NULL, NULL, embedding, NULL, NULL), ROW(NULL, k, NULL, NULL, max_tokens, hops), filter, 0.1)
$$;
COMMENT ON FUNCTION rag.auto_search IS
    'Over hops where the question names something of the graph and the best chunk leaves something open, else as '
    'naive; the row of kind mode says which, and why. '
    'Example: SELECT rank, item ->> ''title'' FROM rag.auto_search(''default'', ''Who founded Viaweb?'')';
