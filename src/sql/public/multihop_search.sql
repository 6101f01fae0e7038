CREATE OR REPLACE FUNCTION rag.multihop_search(
    workspace text, words text, embedding halfvec DEFAULT NULL, k int DEFAULT 20, max_tokens int DEFAULT 30000, filter
    jsonb DEFAULT NULL, hops int DEFAULT 2
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 AS $$
    SELECT * FROM sqlrag.hop_search(rag.workspace_id(workspace),
        ROW(words, NULL, NULL, embedding, NULL, NULL), ROW(NULL, k, NULL, NULL, max_tokens, hops), filter, 0)
$$;
COMMENT ON FUNCTION rag.multihop_search IS
    'Chunks over hops from what the question names, each with its path, and a row of kind mode on how they were '
    'found. '
    'Example: SELECT rank, item ->> ''title'', item -> ''path'' FROM rag.multihop_search(''default'', ''Who founded '
    'Viaweb?'') WHERE kind = ''chunk''';
