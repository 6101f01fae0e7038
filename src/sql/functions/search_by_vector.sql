-- Search a workspace by a vector.
-- call: SELECT * FROM rag.search($1, $2::halfvec, $3, $4)
CREATE OR REPLACE FUNCTION rag.search(workspace text, embedding halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (
    rank int, score float8, source_key text, title text, page int, headings text[], content text,
    document_id bigint, chunk_id bigint, arms json
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    SELECT rank, score, source_key, title, page, headings, content, document_id, chunk_id, arms
    FROM rag.naive_search(rag.workspace_id(workspace), NULL, embedding, k, 2147483647, filter)
$$;
COMMENT ON FUNCTION rag.search(text, halfvec, int, jsonb) IS 'Search by a vector (cosine); sqlrag embed prints one. Example: SELECT rank, title FROM rag.search(''default'', ''[…]''::vector)';
