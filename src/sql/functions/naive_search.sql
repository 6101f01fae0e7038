-- The chunks that answer best by words and by meaning together, within a budget of tokens.
-- call: SELECT * FROM rag.naive_search($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION rag.naive_search(
    workspace int, words text, embedding halfvec, k int DEFAULT 20, max_tokens int DEFAULT 30000, filter jsonb DEFAULT NULL
)
RETURNS TABLE (
    rank int, score float8, chunk_id bigint, document_id bigint, source_key text, title text, content text,
    token_count int, ordinal int, char_start int, char_end int, page int, page_end int, page_breaks int[], headings text[],
    metadata jsonb, created_at timestamptz, arms json
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    terms rag.term[] := ARRAY(SELECT t FROM rag.weigh_terms(workspace, words) AS t);
BEGIN
    -- The plan is made once: planning takes as long as the work.
    RETURN QUERY
        WITH fused AS (
            SELECT * FROM rag.base_scores(workspace, terms, embedding, greatest(k, 100), filter)
        ), best AS (
            SELECT fused.*, row_number() OVER (ORDER BY fused.score DESC, chunk_id)::int AS rank
            FROM fused ORDER BY rank LIMIT k
        ), fitting AS (
            SELECT best.*, sum(c.token_count) OVER (ORDER BY best.rank) AS running_tokens, c.document_id, c.content,
                c.token_count, c.ordinal, c.char_start, c.char_end, c.page, c.page_breaks, c.headings
            FROM best JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.chunk_id = best.chunk_id
        )
        SELECT f.rank, f.score, f.chunk_id, f.document_id, d.source_key, d.title, f.content, f.token_count, f.ordinal,
            f.char_start, f.char_end, f.page, f.page + cardinality(f.page_breaks), f.page_breaks, f.headings, d.metadata, d.created_at,
            to_json(rag.list_arms(f.bm25_rank, f.bm25_score, f.vector_rank, f.vector_score))
        FROM fitting AS f
        JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = f.document_id
        WHERE f.running_tokens <= max_tokens OR f.rank = 1
        ORDER BY f.rank;
END;
$$;
COMMENT ON FUNCTION rag.naive_search IS 'Chunks by words and by meaning together, within a budget of tokens; arms says which arm found each, at which rank and score. Words or embedding may be NULL. Example: SELECT rank, title, arms FROM rag.naive_search(1, ''net sales'', NULL, 5)';
