CREATE OR REPLACE FUNCTION rag.search(workspace text, embedding halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (
    rank int, score float8, source_key text, title text, page int, headings text[], content text, document_id bigint,
    chunk_id bigint, arms json, copies text[]
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
    SELECT * FROM rag.search(workspace, NULL, embedding, k, filter)
$$;
COMMENT ON FUNCTION rag.search(text, halfvec, int, jsonb) IS
    'Search by a vector (cosine); sqlrag embed prints one. '
    'Example: SELECT rank, title FROM rag.search(''default'', ''[…]''::vector)';
