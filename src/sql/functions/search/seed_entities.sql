-- Where a retrieval over the graph starts: entities that are named, nearest to a vector, or of the last turns.
CREATE OR REPLACE FUNCTION sqlrag.seed_entities(workspace int, request sqlrag.search_request, k int, filter jsonb)
RETURNS TABLE (entity_id bigint, score float8, arms sqlrag.arm[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH named AS MATERIALIZED (
        SELECT n.entity_id, row_number() OVER (ORDER BY n.place, n.entity_id) AS rank
        FROM sqlrag.named_entities(workspace, coalesce(request.names, request.words)) AS n
    ), found AS (
        SELECT 'name' AS arm, named.entity_id, named.rank, 1::float8 AS score
        FROM named
        UNION ALL
        -- What was spoken of before comes after what is asked about now.
        SELECT 'history', turn.entity_id,
            (SELECT count(*) FROM named) + row_number() OVER (ORDER BY turn.place, turn.entity_id), 1
        FROM sqlrag.named_entities(workspace, request.history) AS turn
        WHERE turn.entity_id NOT IN (SELECT named.entity_id FROM named)
        UNION ALL
        SELECT 'entity_vector', near.id, row_number() OVER (ORDER BY near.similarity DESC, near.id), near.similarity
        FROM sqlrag.nearest(
            workspace, 'entity', coalesce(request.entity_embedding, request.embedding), k, filter) AS near
    )
    -- Reciprocal ranks: Cormack, Clarke & Buettcher 2009.
    SELECT found.entity_id, sum(1::float8 / (60 + found.rank)) AS score,
        array_agg((found.arm, found.rank, found.score)::sqlrag.arm ORDER BY found.arm)
    FROM found
    GROUP BY found.entity_id
    ORDER BY score DESC, found.entity_id
    LIMIT k
$$;
