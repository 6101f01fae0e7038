-- The chunks that answer best by words and by meaning together, within a budget of tokens; one of both may be NULL.
-- A text that several have stands there once, unless all are wanted.
CREATE OR REPLACE FUNCTION sqlrag.naive_chunks(
    workspace int, words text, embedding halfvec, k int, max_tokens int, filter jsonb DEFAULT NULL,
    collapses boolean DEFAULT true
)
RETURNS SETOF sqlrag.chunk_item
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    terms sqlrag.term[] := ARRAY(SELECT t FROM sqlrag.weigh_terms(workspace, words) AS t);
BEGIN
    -- The plan is made once: planning takes as long as the work.
    RETURN QUERY
        WITH scored AS MATERIALIZED (
            SELECT * FROM sqlrag.score_base(workspace, terms, embedding, greatest(k, 100), filter) AS b
            ORDER BY b.score DESC, b.chunk_id
        ), best AS (
            SELECT * FROM sqlrag.collapse_copies(workspace, ARRAY(SELECT s.chunk_id FROM scored AS s), k)
            WHERE collapses
            UNION ALL
            (SELECT s.chunk_id, row_number() OVER ()::int, '{}' FROM scored AS s WHERE NOT collapses LIMIT k)
        ), fitting AS (
            SELECT i AS item, i.rank, sum(i.token_count) OVER (ORDER BY i.rank) AS running_tokens
            FROM best AS b JOIN scored AS s USING (chunk_id)
            CROSS JOIN LATERAL sqlrag.chunk_item(workspace, b.chunk_id, b.rank, s.score,
                array_remove(ARRAY[s.by_words, s.by_meaning], NULL), b.copies) AS i
        )
        SELECT (f.item).* FROM fitting AS f WHERE f.running_tokens <= max_tokens OR f.rank = 1 ORDER BY f.rank;
END;
$$;
