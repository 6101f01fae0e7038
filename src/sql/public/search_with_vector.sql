CREATE OR REPLACE FUNCTION rag.search(
    workspace text, words text, embedding halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL
)
RETURNS TABLE (
    rank int, score float8, source_key text, title text, page int, headings text[], content text, document_id bigint,
    chunk_id bigint, arms json, copies text[]
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
    SELECT rank, score, source_key, title, page, headings, content, document_id, chunk_id, to_json(arms),
        ARRAY(SELECT c.source_key FROM unnest(copies) AS c)
    FROM sqlrag.naive_chunks(rag.workspace_id(workspace), words, embedding, k, 2147483647, filter)
$$;
COMMENT ON FUNCTION rag.search(text, text, halfvec, int, jsonb) IS
    'Search by words and a vector together, as naive retrieval does; copies are documents that have the same text. '
    'Example: SELECT rank, title, arms FROM rag.search(''default'', ''net sales'', ''[…]''::vector)';
