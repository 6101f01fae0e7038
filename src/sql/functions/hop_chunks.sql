-- The chunks one hop from some chunks: what speaks of their entities and, above all, what is about them.
-- call: SELECT chunk_id, score, entity_id, from_chunk_id, rows_read FROM rag.hop_chunks($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION rag.hop_chunks(
    workspace int, chunk_ids bigint[], weights float8[], asked bigint[], filter jsonb DEFAULT NULL,
    taught boolean DEFAULT true
)
RETURNS TABLE (chunk_id bigint, score float8, entity_id bigint, from_chunk_id bigint, rows_read bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    -- The plan is made once: planning takes as long as the work.
    RETURN QUERY
    WITH permitted AS MATERIALIZED (
        SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p WHERE filter IS NOT NULL
    ), spoken AS MATERIALIZED (
        -- What a chunk hands on is shared by its entities; what it names early gets more.
        SELECT s.chunk_id, s.entity_id,
            seed.weight * (1 - s.place / 2) / sqrt(count(*) FILTER (WHERE s.is_mention) OVER (PARTITION BY s.chunk_id) + 1) AS flow
        FROM rag.spoken_entities(workspace, chunk_ids, taught) AS s
        JOIN unnest(chunk_ids, weights) AS seed (chunk_id, weight) USING (chunk_id)
    ), bridge AS MATERIALIZED (
        -- The question's own entities lead back to where the question came from.
        SELECT s.entity_id, sum(s.flow) AS strength, (array_agg(s.chunk_id ORDER BY s.flow DESC, s.chunk_id))[1] AS from_chunk_id
        FROM spoken AS s
        WHERE s.entity_id <> ALL (asked)
        GROUP BY s.entity_id
        ORDER BY strength DESC, s.entity_id
        LIMIT 60
    ), reached AS MATERIALIZED (
        SELECT b.*, m.chunk_id, m.is_subject, count(*) OVER entity AS chunk_count, count(*) FILTER (WHERE m.is_subject) OVER entity AS subjects
        FROM bridge AS b
        CROSS JOIN LATERAL (
            -- No hub is read to its end. A filter looks further, not to the end.
            SELECT mention.chunk_id, mention.is_subject FROM sqlrag.mentions AS mention
            WHERE mention.workspace_id = workspace AND mention.entity_id = b.entity_id
            LIMIT CASE WHEN filter IS NULL THEN 101 ELSE 1001 END
        ) AS m
        WHERE filter IS NULL OR EXISTS (
            SELECT FROM sqlrag.chunks AS c JOIN permitted USING (document_id)
            WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
        )
        WINDOW entity AS (PARTITION BY b.entity_id)
    ), total AS MATERIALIZED (
        SELECT sum(t.chunks)::float8 AS chunks FROM sqlrag.workspace_totals AS t WHERE t.workspace_id = workspace
    ), flow AS (
        SELECT r.chunk_id, r.entity_id, r.from_chunk_id, r.strength * ln(1 + total.chunks / r.chunk_count::float8)
            * (1 / sqrt(r.chunk_count::float8) + CASE WHEN r.is_subject THEN 2 / r.subjects::float8 ELSE 0 END) AS score
        FROM reached AS r
        CROSS JOIN total
        WHERE r.chunk_count <= 100
    )
    SELECT f.chunk_id, sum(f.score) AS score,
        (array_agg(f.entity_id ORDER BY f.from_chunk_id = f.chunk_id, f.score DESC, f.entity_id))[1],
        (array_agg(f.from_chunk_id ORDER BY f.from_chunk_id = f.chunk_id, f.score DESC, f.entity_id))[1],
        (SELECT count(*) FROM spoken) + (SELECT count(*) FROM reached)
    FROM flow AS f
    GROUP BY f.chunk_id
    ORDER BY score DESC, f.chunk_id
    LIMIT 100;
END;
$$;
COMMENT ON FUNCTION rag.hop_chunks IS 'The chunks one hop from some chunks, by the entities they share, but for those asked for. Example: SELECT * FROM rag.hop_chunks(1, ARRAY[1, 2], ARRAY[1, 0.5], ARRAY[]::bigint[])';
