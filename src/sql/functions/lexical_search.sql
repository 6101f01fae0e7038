-- The chunks whose words answer best, by exact BM25 over the whole workspace.
-- call: SELECT chunk_id, score FROM rag.lexical_search($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.lexical_search(workspace int, words text, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT * FROM rag.search_terms(workspace, ARRAY(SELECT t FROM rag.weigh_terms(workspace, words) AS t), k, filter)
$$;
COMMENT ON FUNCTION rag.lexical_search IS 'The chunks whose words answer best, by BM25. Example: SELECT * FROM rag.lexical_search(1, ''total net sales'', 5)';
