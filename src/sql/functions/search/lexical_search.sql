-- The chunks whose words answer best, by exact BM25 over the whole workspace.
-- example: SELECT * FROM rag.lexical_search('default', 'total net sales', 5)
CREATE OR REPLACE FUNCTION sqlrag.lexical_search(workspace int, words text, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT *
    FROM sqlrag.search_terms(workspace, ARRAY(SELECT t FROM sqlrag.weigh_terms(workspace, words) AS t), k, filter)
$$;
