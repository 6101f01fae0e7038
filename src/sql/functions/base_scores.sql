-- How near chunks come to being the best by words and the best by meaning, the mean of both shares.
-- call: SELECT chunk_id, score, arms FROM rag.base_scores($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.base_scores(
    workspace int, words text, embedding halfvec, k int DEFAULT 100, filter jsonb DEFAULT NULL
)
RETURNS TABLE (chunk_id bigint, score float8, arms jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 150 AS $$
    WITH lexical AS (
        SELECT 'bm25' AS arm, l.chunk_id, l.score, row_number() OVER (ORDER BY l.score DESC, l.chunk_id) AS arm_rank,
            l.score / max(l.score) OVER () AS share
        FROM rag.lexical_search(workspace, words, k, filter) AS l
    ), nearest AS (
        SELECT 'vector' AS arm, n.chunk_id, n.similarity AS score, row_number() OVER (ORDER BY n.similarity DESC, n.chunk_id) AS arm_rank,
            coalesce((n.similarity - min(n.similarity) OVER ()) / nullif(max(n.similarity) OVER () - min(n.similarity) OVER (), 0), 1) AS share
        FROM rag.nearest_chunks(workspace, embedding, k, filter) AS n
    )
    -- The mean of the two shares measured better than reciprocal ranks: docs/decisions/0003.
    SELECT found.chunk_id, sum(found.share) / 2,
        jsonb_agg(jsonb_build_object('arm', found.arm, 'rank', found.arm_rank, 'score', found.score) ORDER BY found.arm)
    FROM (SELECT * FROM lexical UNION ALL SELECT * FROM nearest) AS found
    GROUP BY found.chunk_id
$$;
COMMENT ON FUNCTION rag.base_scores IS 'The scores of the best k chunks by words and the best k by meaning, from 0 to 1, unordered. Example: SELECT * FROM rag.base_scores(1, ''net sales'', NULL)';
