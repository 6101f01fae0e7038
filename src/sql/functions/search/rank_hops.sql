-- The chunks one hop from some chunks, more for those that answer what is still open; 1 is the best there could be.
CREATE OR REPLACE FUNCTION sqlrag.rank_hops(
    workspace int, chunk_ids bigint[], weights float8[], asked bigint[], lexemes text[], openness float8[], mean_length
    float8, ceiling float8, filter jsonb DEFAULT NULL, taught boolean DEFAULT true
)
RETURNS TABLE (chunk_id bigint, score float8, entity_id bigint, from_chunk_id bigint, rows_read bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    WITH hop AS MATERIALIZED (
        SELECT * FROM sqlrag.hop_chunks(workspace, chunk_ids, weights, asked, filter, taught, lexemes, openness)
    ), answering AS MATERIALIZED (
        SELECT s.chunk_id, s.score / greatest(max(s.score) OVER (), ceiling) AS share
        FROM sqlrag.score_chunks(workspace, ARRAY(SELECT hop.chunk_id FROM hop), lexemes, openness, mean_length) AS s
    ), weighed AS (
        SELECT hop.chunk_id, hop.entity_id, hop.from_chunk_id,
            bonus.factor * hop.score / max(bonus.factor * hop.potential) OVER () AS score,
            hop.rows_read + cardinality(lexemes) * count(*) OVER () AS rows_read
        FROM hop LEFT JOIN answering USING (chunk_id)
        -- What answers all that is open counts for three.
        CROSS JOIN LATERAL (SELECT 1 + 2 * coalesce(answering.share, 0) AS factor) AS bonus
    )
    SELECT w.chunk_id, w.score, w.entity_id, w.from_chunk_id, w.rows_read FROM weighed AS w WHERE w.score > 0
$$;
