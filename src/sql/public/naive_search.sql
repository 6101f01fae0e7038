CREATE OR REPLACE FUNCTION rag.naive_search(
    workspace text, words text, embedding halfvec DEFAULT NULL, k int DEFAULT 20, max_tokens int DEFAULT 30000, filter
    jsonb DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 AS $$
    SELECT * FROM sqlrag.naive_search(rag.workspace_id(workspace),
        ROW(words, NULL, NULL, embedding, NULL, NULL), ROW(NULL, k, NULL, NULL, max_tokens, NULL), filter)
$$;
COMMENT ON FUNCTION rag.naive_search IS
    'Chunks by words and by meaning together, within a budget of tokens; arms says which arm found each, at which '
    'rank and score. Words or embedding may be NULL. '
    'Example: SELECT rank, item ->> ''title'' FROM rag.naive_search(''default'', ''net sales'')';
