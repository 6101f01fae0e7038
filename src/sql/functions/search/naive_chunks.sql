-- The chunks that answer best by words and by meaning together, within a budget of tokens; one of both may be NULL.
CREATE OR REPLACE FUNCTION sqlrag.naive_chunks(
    workspace int, words text, embedding halfvec, k int, max_tokens int, filter jsonb DEFAULT NULL
)
RETURNS SETOF sqlrag.chunk_item
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    terms sqlrag.term[] := ARRAY(SELECT t FROM sqlrag.weigh_terms(workspace, words) AS t);
BEGIN
    -- The plan is made once: planning takes as long as the work.
    RETURN QUERY
        WITH best AS (
            SELECT b.*, row_number() OVER (ORDER BY b.score DESC, b.chunk_id)::int AS rank
            FROM sqlrag.score_base(workspace, terms, embedding, greatest(k, 100), filter) AS b
            ORDER BY rank LIMIT k
        ), fitting AS (
            SELECT i AS item, i.rank, sum(i.token_count) OVER (ORDER BY i.rank) AS running_tokens
            FROM best AS b
            CROSS JOIN LATERAL sqlrag.chunk_item(
                workspace, b.chunk_id, b.rank, b.score, array_remove(ARRAY[b.by_words, b.by_meaning], NULL)) AS i
        )
        SELECT (f.item).* FROM fitting AS f WHERE f.running_tokens <= max_tokens OR f.rank = 1 ORDER BY f.rank;
END;
$$;
