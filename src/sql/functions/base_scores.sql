-- How near chunks come to being the best by words and the best by meaning, the mean of both shares.
-- call: SELECT chunk_id, score, bm25_rank, bm25_score, vector_rank, vector_score FROM rag.base_scores($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.base_scores(
    workspace int, terms rag.term[], embedding halfvec, k int DEFAULT 100, filter jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id bigint, score float8, bm25_rank bigint, bm25_score float8, vector_rank bigint, vector_score float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 150 AS $$
    WITH lexical AS MATERIALIZED (
        SELECT l.chunk_id, l.score, row_number() OVER (ORDER BY l.score DESC, l.chunk_id) AS rank,
            l.score / max(l.score) OVER () AS share
        FROM rag.search_terms(workspace, terms, k, filter) AS l
    ), nearest AS MATERIALIZED (
        SELECT n.chunk_id, n.similarity AS score, row_number() OVER (ORDER BY n.similarity DESC, n.chunk_id) AS rank,
            coalesce((n.similarity - min(n.similarity) OVER ()) / nullif(max(n.similarity) OVER () - min(n.similarity) OVER (), 0), 1) AS share
        FROM rag.nearest_chunks(workspace, embedding, k, filter) AS n
    )
    -- The mean of the two shares measured better than reciprocal ranks: docs/decisions/0003.
    SELECT chunk_id, (coalesce(lexical.share, 0) + coalesce(nearest.share, 0)) / 2,
        lexical.rank, lexical.score, nearest.rank, nearest.score
    FROM lexical FULL JOIN nearest USING (chunk_id)
$$;
COMMENT ON FUNCTION rag.base_scores IS 'The scores of the best k chunks by words and the best k by meaning, from 0 to 1, unordered. Example: SELECT * FROM rag.base_scores(1, ARRAY(SELECT t FROM rag.weigh_terms(1, ''net sales'') AS t), NULL)';
