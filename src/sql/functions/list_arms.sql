-- The arms that found a chunk, with rank and raw score; an arm without a rank did not.
-- call: SELECT rag.list_arms($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION rag.list_arms(
    bm25_rank bigint, bm25_score float8, vector_rank bigint, vector_score float8,
    hop_rank bigint DEFAULT NULL, hop_score float8 DEFAULT NULL
) RETURNS rag.arm[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN bm25_rank IS NOT NULL THEN ('bm25', bm25_rank, bm25_score)::rag.arm END,
        CASE WHEN hop_rank IS NOT NULL THEN ('hop', hop_rank, hop_score)::rag.arm END,
        CASE WHEN vector_rank IS NOT NULL THEN ('vector', vector_rank, vector_score)::rag.arm END
    ], NULL)
$$;
COMMENT ON FUNCTION rag.list_arms IS 'The arms that found a chunk. Example: SELECT rag.list_arms(1, 7.5, NULL, NULL)';
