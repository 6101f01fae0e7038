CREATE OR REPLACE FUNCTION rag.global_search(
    workspace text, words text, embedding halfvec DEFAULT NULL, top_k int DEFAULT 40, chunk_top_k int DEFAULT 20,
    max_entity_tokens int DEFAULT 6000, max_relation_tokens int DEFAULT 8000, max_total_tokens int DEFAULT 30000, hops
    int DEFAULT 1, filter jsonb DEFAULT NULL, names text DEFAULT NULL, history text DEFAULT NULL, entity_embedding
    halfvec DEFAULT NULL, relation_embedding halfvec DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 AS $$
    SELECT * FROM sqlrag.graph_search(rag.workspace_id(workspace),
        ROW(words, names, history, embedding, entity_embedding, relation_embedding),
        ROW(top_k, chunk_top_k, max_entity_tokens, max_relation_tokens, max_total_tokens, hops), filter,
        by_relations => true)
$$;
COMMENT ON FUNCTION rag.global_search IS
    'Relations that the words mean, their ends, and the chunks that answer. '
    'Example: SELECT kind, rank, item FROM rag.global_search(''default'', ''net sales'')';
