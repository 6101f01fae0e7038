-- How much of a question chunks answer, by words and by meaning together: 1 where both say all that they can.
CREATE OR REPLACE FUNCTION sqlrag.score_base(
    workspace int, terms sqlrag.term[], embedding halfvec, k int, filter jsonb
)
RETURNS TABLE (chunk_id bigint, score float8, by_words sqlrag.arm, by_meaning sqlrag.arm)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 150 AS $$
    WITH weight AS (
        -- So many deviations above what is usual is as near as a chunk comes to a question.
        SELECT 0.5::float8 AS words, 0.5::float8 AS meaning, 7::float8 AS nearest
    ), lexical AS MATERIALIZED (
        -- A term adds less than its idf: 1 is a chunk that is nothing but the question. Where even the best has
        -- less than a third of that, the question is put in other words, and words count for less.
        SELECT l.chunk_id, l.score / whole.score * least(1, 3 * max(l.score) OVER () / whole.score) AS share,
            ('bm25', l.rank, l.score)::sqlrag.arm AS arm
        FROM sqlrag.search_terms(workspace, terms, k, filter) WITH ORDINALITY AS l (chunk_id, score, rank)
        CROSS JOIN (SELECT sum(t.idf / t.forms) AS score FROM unnest(terms) AS t) AS whole
    ), near AS MATERIALIZED (
        SELECT n.id AS chunk_id,
            CASE WHEN usual.deviation > 0.0001
                THEN greatest(0, n.similarity - usual.mean) / usual.deviation / weight.nearest END AS share,
            ('vector', n.rank, n.similarity)::sqlrag.arm AS arm
        FROM sqlrag.nearest(workspace, 'chunk', embedding, k, filter) WITH ORDINALITY AS n (id, similarity, rank)
        CROSS JOIN sqlrag.similarity_spread(workspace, embedding) AS usual CROSS JOIN weight
    )
    -- Absolute, not over the best: one chance word is no answer, nor is the nearest of what is far.
    SELECT chunk_id, weight.words * coalesce(lexical.share, 0) + weight.meaning * coalesce(near.share, 0),
        lexical.arm, near.arm
    FROM lexical FULL JOIN near USING (chunk_id) CROSS JOIN weight
$$;
