-- The chunks one hop from some chunks, more for those that answer what is still open; 1 is the best that there could be.
-- call: SELECT chunk_id, score, entity_id, from_chunk_id, rows_read FROM rag.rank_hops($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
CREATE OR REPLACE FUNCTION rag.rank_hops(
    workspace int, chunk_ids bigint[], weights float8[], asked bigint[],
    lexemes text[], openness float8[], mean_length float8, ceiling float8, filter jsonb DEFAULT NULL,
    taught boolean DEFAULT true
)
RETURNS TABLE (chunk_id bigint, score float8, entity_id bigint, from_chunk_id bigint, rows_read bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    WITH hop AS MATERIALIZED (
        SELECT * FROM rag.hop_chunks(workspace, chunk_ids, weights, asked, filter, taught, lexemes, openness)
    ), answering AS MATERIALIZED (
        SELECT s.chunk_id, s.score / greatest(max(s.score) OVER (), ceiling) AS share
        FROM rag.score_chunks(workspace, ARRAY(SELECT hop.chunk_id FROM hop), lexemes, openness, mean_length) AS s
    ), weighed AS (
        SELECT hop.chunk_id, hop.entity_id, hop.from_chunk_id, bonus.factor * hop.score / max(bonus.factor * hop.potential) OVER () AS score,
            hop.rows_read + cardinality(lexemes) * count(*) OVER () AS rows_read
        FROM hop LEFT JOIN answering USING (chunk_id)
        CROSS JOIN LATERAL (SELECT 1 + 2 * coalesce(answering.share, 0) AS factor) AS bonus
    )
    SELECT w.chunk_id, w.score, w.entity_id, w.from_chunk_id, w.rows_read FROM weighed AS w WHERE w.score > 0
$$;
COMMENT ON FUNCTION rag.rank_hops IS 'The chunks one hop from some chunks, by links and by open terms. Example: SELECT * FROM rag.rank_hops(1, ARRAY[1], ARRAY[1], ARRAY[]::bigint[], ARRAY[''sale''], ARRAY[1.5], 80, 0)';
