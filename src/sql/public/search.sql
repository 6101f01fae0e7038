CREATE OR REPLACE FUNCTION rag.search(workspace text, words text, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (
    rank int, score float8, source_key text, title text, page int, headings text[], content text, document_id bigint,
    chunk_id bigint, arms json, copies text[]
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 AS $$
    SELECT * FROM rag.search(workspace, words, NULL, k, filter)
$$;
COMMENT ON FUNCTION rag.search(text, text, int, jsonb) IS
    'Search by words (BM25); copies are documents that have the same text. '
    'Example: SELECT rank, title, page, content FROM rag.search(''default'', ''net sales'')';
