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
    pool int := greatest(k, 100);
    ids bigint[];
    scores float8[];
    by_words sqlrag.arm[];
    by_meaning sqlrag.arm[];
BEGIN
    -- The plans are made once: planning takes as long as the work.
    LOOP
        SELECT array_agg(b.chunk_id), array_agg(b.score), array_agg(b.by_words), array_agg(b.by_meaning)
        INTO ids, scores, by_words, by_meaning
        FROM (
            SELECT * FROM sqlrag.score_base(workspace, terms, embedding, pool, filter) AS b
            ORDER BY b.score DESC, b.chunk_id
        ) AS b;
        EXIT WHEN NOT collapses OR pool > greatest(k, 100) OR NOT sqlrag.looks_repeated(by_words, pool);
        pool := 10 * pool;
    END LOOP;
    RETURN QUERY
        WITH best AS (
            SELECT * FROM sqlrag.collapse_copies(workspace, ids, k) WHERE collapses
            UNION ALL
            SELECT b.chunk_id, b.rank::int, b.rank::int, '{}'
            FROM unnest(ids[:k]) WITH ORDINALITY AS b (chunk_id, rank) WHERE NOT collapses
        ), fitting AS (
            SELECT i AS item, i.rank, sum(i.token_count) OVER (ORDER BY i.rank) AS running_tokens
            FROM best AS b
            CROSS JOIN LATERAL sqlrag.chunk_item(workspace, b.chunk_id, b.rank, scores[b.place],
                array_remove(ARRAY[by_words[b.place], by_meaning[b.place]], NULL), b.copies) AS i
        )
        SELECT (f.item).* FROM fitting AS f WHERE f.running_tokens <= max_tokens OR f.rank = 1 ORDER BY f.rank;
END;
$$;
