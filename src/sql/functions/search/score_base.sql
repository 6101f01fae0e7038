-- How near chunks come to being the best by words and the best by meaning, the mean of both shares.
CREATE OR REPLACE FUNCTION sqlrag.score_base(
    workspace int, terms sqlrag.term[], embedding halfvec, k int, filter jsonb
)
RETURNS TABLE (chunk_id bigint, score float8, by_words sqlrag.arm, by_meaning sqlrag.arm)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 150 AS $$
    WITH weight AS (
        SELECT 0.5::float8 AS words, 0.5::float8 AS meaning
    ), lexical AS MATERIALIZED (
        SELECT l.chunk_id, l.score / max(l.score) OVER () AS share,
            ('bm25', row_number() OVER (ORDER BY l.score DESC, l.chunk_id), l.score)::sqlrag.arm AS arm
        FROM sqlrag.search_terms(workspace, terms, k, filter) AS l
    ), nearest AS MATERIALIZED (
        SELECT n.id AS chunk_id,
            coalesce((n.similarity - min(n.similarity) OVER ())
                / nullif(max(n.similarity) OVER () - min(n.similarity) OVER (), 0), 1) AS share,
            ('vector', row_number() OVER (ORDER BY n.similarity DESC, n.id), n.similarity)::sqlrag.arm AS arm
        FROM sqlrag.nearest(workspace, 'chunk', embedding, k, filter) AS n
    )
    -- The mean of the two shares measured better than reciprocal ranks: docs/decisions/0003.
    SELECT chunk_id, weight.words * coalesce(lexical.share, 0) + weight.meaning * coalesce(nearest.share, 0),
        lexical.arm, nearest.arm
    FROM lexical FULL JOIN nearest USING (chunk_id) CROSS JOIN weight
$$;
