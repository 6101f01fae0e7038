-- The arms that found a chunk, with rank and raw score; an arm without a rank did not.
-- call: SELECT rag.list_arms($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION rag.list_arms(
    bm25_rank bigint, bm25_score float8, vector_rank bigint, vector_score float8,
    hop_rank bigint DEFAULT NULL, hop_score float8 DEFAULT NULL
) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('arm', a.arm, 'rank', a.rank, 'score', a.score) ORDER BY a.arm), '[]')
    FROM (VALUES ('bm25', bm25_rank, bm25_score), ('vector', vector_rank, vector_score), ('hop', hop_rank, hop_score)) AS a (arm, rank, score)
    WHERE a.rank IS NOT NULL
$$;
COMMENT ON FUNCTION rag.list_arms IS 'The arms that found a chunk. Example: SELECT rag.list_arms(1, 7.5, NULL, NULL)';
