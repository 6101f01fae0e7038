-- The chunks of a context, best first and within a budget of tokens.
-- call: SELECT rank, score, item FROM rag.context_chunks($1, $2, $3, $4, $5, $6, $7, $8, $9)
CREATE OR REPLACE FUNCTION rag.context_chunks(
    workspace int, words text, embedding halfvec, entity_ids bigint[], relation_ids bigint[], by_chunks boolean,
    k int DEFAULT 20, max_tokens int DEFAULT 30000, filter jsonb DEFAULT NULL
)
RETURNS TABLE (rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH item AS (
        SELECT row_number() OVER (ORDER BY b.score DESC, c.chunk_id)::int AS rank, b.score, c.chunk_id, c.document_id, d.source_key,
            d.title, c.content, c.token_count, c.ordinal, c.char_start, c.char_end, c.page,
            c.page + cardinality(c.page_breaks) AS page_end, c.page_breaks, c.headings, d.metadata, d.created_at, b.arms
        FROM rag.rank_chunks(workspace, words, embedding, entity_ids, relation_ids, by_chunks, k, filter) AS b
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.chunk_id = b.chunk_id
        JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = c.document_id
    )
    SELECT fitting.rank, fitting.score, to_json(fitting.item)
    FROM (SELECT item, item.rank, item.score, sum(item.token_count) OVER (ORDER BY item.rank) AS running_tokens FROM item) AS fitting
    WHERE fitting.running_tokens <= max_tokens OR fitting.rank = 1
$$;
COMMENT ON FUNCTION rag.context_chunks IS 'The chunks of a context within a budget of tokens. Example: SELECT rank, item FROM rag.context_chunks(1, ''net sales'', NULL, ARRAY[]::bigint[], ARRAY[]::bigint[], true)';
