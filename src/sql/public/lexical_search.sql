CREATE OR REPLACE FUNCTION rag.lexical_search(workspace text, words text, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT * FROM sqlrag.lexical_search((SELECT rag.workspace_id(workspace)), words, k, filter)
$$;
COMMENT ON FUNCTION rag.lexical_search IS
    'The chunks whose words answer best, by exact BM25 over the whole workspace. '
    'Example: SELECT * FROM rag.lexical_search(''default'', ''total net sales'', 5)';
