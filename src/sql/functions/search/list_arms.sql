-- The arms that found a chunk, with rank and raw score; an arm without a rank did not.
CREATE OR REPLACE FUNCTION sqlrag.list_arms(
    bm25_rank bigint, bm25_score float8, vector_rank bigint, vector_score float8, hop_rank bigint DEFAULT NULL,
    hop_score float8 DEFAULT NULL
) RETURNS sqlrag.arm[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN bm25_rank IS NOT NULL THEN ('bm25', bm25_rank, bm25_score)::sqlrag.arm END,
        CASE WHEN hop_rank IS NOT NULL THEN ('hop', hop_rank, hop_score)::sqlrag.arm END,
        CASE WHEN vector_rank IS NOT NULL THEN ('vector', vector_rank, vector_score)::sqlrag.arm END
    ], NULL)
$$;
