-- The chunks nearest to a vector.
-- call: SELECT chunk_id, similarity FROM rag.nearest_chunks($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.nearest_chunks(workspace int, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (chunk_id bigint, similarity float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT id, similarity FROM rag.nearest(workspace, 'chunk', query, k, filter)
$$;
COMMENT ON FUNCTION rag.nearest_chunks IS 'The chunks nearest to a vector, by cosine. Example: SELECT * FROM rag.nearest_chunks(1, ''[…]''::vector, 5)';
