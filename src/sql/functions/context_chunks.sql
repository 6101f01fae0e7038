-- The chunks of a context, best first and within a budget of tokens.
-- call: SELECT rank, score, item FROM rag.context_chunks($1, $2, $3, $4, $5, $6, $7, $8, $9)
CREATE OR REPLACE FUNCTION rag.context_chunks(
    workspace int, words text, embedding halfvec, entity_ids bigint[], relation_ids bigint[], by_chunks boolean,
    k int DEFAULT 20, max_tokens int DEFAULT 30000, filter jsonb DEFAULT NULL
)
RETURNS TABLE (rank int, score float8, item jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH best AS (
        SELECT b.score, b.arms, c.*, row_number() OVER place AS rank, sum(c.token_count) OVER place AS running_tokens
        FROM rag.rank_chunks(workspace, words, embedding, entity_ids, relation_ids, by_chunks, k, filter) AS b
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.chunk_id = b.chunk_id
        WINDOW place AS (ORDER BY b.score DESC, c.chunk_id)
    )
    SELECT b.rank::int, b.score, jsonb_build_object(
        'chunk_id', b.chunk_id, 'document_id', b.document_id, 'source_key', d.source_key, 'title', d.title,
        'content', b.content, 'token_count', b.token_count, 'ordinal', b.ordinal, 'char_start', b.char_start,
        'char_end', b.char_end, 'page', b.page, 'page_end', b.page + cardinality(b.page_breaks),
        'page_breaks', b.page_breaks, 'headings', b.headings, 'metadata', d.metadata, 'created_at', d.created_at, 'arms', b.arms)
    FROM best AS b
    JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = b.document_id
    WHERE b.running_tokens <= max_tokens OR b.rank = 1
$$;
COMMENT ON FUNCTION rag.context_chunks IS 'The chunks of a context within a budget of tokens. Example: SELECT rank, item FROM rag.context_chunks(1, ''net sales'', NULL, ARRAY[]::bigint[], ARRAY[]::bigint[], true)';
