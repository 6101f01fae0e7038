-- How near chunks come to being the best by words and the best by meaning, the mean of both shares.
CREATE OR REPLACE FUNCTION sqlrag.base_scores(
    workspace int, terms sqlrag.term[], embedding halfvec, k int DEFAULT 100, filter jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id bigint, score float8, bm25_rank bigint, bm25_score float8, vector_rank bigint, vector_score float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 150 AS $$
    WITH weight AS (
        SELECT 0.5::float8 AS words, 0.5::float8 AS meaning
    ), lexical AS MATERIALIZED (
        SELECT l.chunk_id, l.score, row_number() OVER (ORDER BY l.score DESC, l.chunk_id) AS rank,
            l.score / max(l.score) OVER () AS share
        FROM sqlrag.search_terms(workspace, terms, k, filter) AS l
    ), nearest AS MATERIALIZED (
        SELECT n.id AS chunk_id, n.similarity AS score, row_number() OVER (ORDER BY n.similarity DESC, n.id) AS rank,
            coalesce((n.similarity - min(n.similarity) OVER ())
                / nullif(max(n.similarity) OVER () - min(n.similarity) OVER (), 0), 1) AS share
        FROM sqlrag.nearest(workspace, 'chunk', embedding, k, filter) AS n
    )
    -- The mean of the two shares measured better than reciprocal ranks: docs/decisions/0003.
    SELECT chunk_id, weight.words * coalesce(lexical.share, 0) + weight.meaning * coalesce(nearest.share, 0),
        lexical.rank, lexical.score, nearest.rank, nearest.score
    FROM lexical FULL JOIN nearest USING (chunk_id) CROSS JOIN weight
$$;
