-- Further entities for a context that has fewer than it may: around those it has, near to a vector, then any.
-- call: SELECT entity_id, score, depth, via_relation_id, from_entity_id, arms FROM rag.fill_entities($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.fill_entities(
    workspace int, entity_ids bigint[], embedding halfvec, k int DEFAULT 40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (entity_id bigint, score float8, depth int, via_relation_id bigint, from_entity_id bigint, arms jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH rest AS MATERIALIZED (
        -- Without any there is nothing to look for.
        (SELECT e.entity_id, 'rest' AS arm, 0::float8 AS score, 0 AS depth, NULL::bigint AS via_relation_id, NULL::bigint AS from_entity_id
        FROM sqlrag.entities AS e
        WHERE filter IS NULL AND e.workspace_id = workspace AND e.entity_id <> ALL (entity_ids)
        ORDER BY e.entity_id LIMIT k)
        UNION ALL
        (SELECT DISTINCT m.entity_id, 'rest', 0::float8, 0, NULL::bigint, NULL::bigint
        FROM rag.permitted_documents(workspace, filter) AS p
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.document_id = p.document_id
        JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.chunk_id = c.chunk_id
        WHERE filter IS NOT NULL AND m.entity_id <> ALL (entity_ids)
        ORDER BY m.entity_id LIMIT k)
    ), around AS MATERIALIZED (
        SELECT w.entity_id, 'walk', w.score, w.depth, w.via_relation_id, w.from_entity_id
        FROM rag.walk_graph(workspace, entity_ids, 1, k, 30, filter) AS w
        WHERE w.depth > 0 AND EXISTS (SELECT FROM rest)
    ), near AS (
        SELECT n.id, 'entity_vector', n.similarity, 0, NULL::bigint, NULL::bigint
        FROM rag.nearest(workspace, 'entity', embedding, k + cardinality(entity_ids), filter) AS n
        WHERE EXISTS (SELECT FROM rest) AND (SELECT count(*) FROM around) < k
    ), found AS (
        SELECT DISTINCT ON (f.entity_id) f.*, array_position('{walk,entity_vector,rest}', f.arm) AS tier
        FROM (SELECT * FROM around UNION ALL SELECT * FROM near UNION ALL SELECT * FROM rest)
            AS f (entity_id, arm, score, depth, via_relation_id, from_entity_id)
        WHERE f.entity_id <> ALL (entity_ids)
        ORDER BY f.entity_id, tier
    ), ranked AS (
        SELECT found.*, row_number() OVER (PARTITION BY found.arm ORDER BY found.score DESC, found.entity_id) AS rank FROM found
    )
    -- Below all that was found for the question; the rest says nothing of it, and scores 0.
    SELECT r.entity_id, CASE WHEN r.arm = 'rest' THEN 0 ELSE 1 / (10000 * r.tier + r.rank)::float8 END, r.depth,
        r.via_relation_id, r.from_entity_id, jsonb_build_array(jsonb_build_object('arm', r.arm, 'rank', r.rank, 'score', r.score))
    FROM ranked AS r
    ORDER BY r.tier, r.rank
    LIMIT k
$$;
COMMENT ON FUNCTION rag.fill_entities IS 'Further entities beside some, for a context that is to have k more. Example: SELECT * FROM rag.fill_entities(1, ARRAY[]::bigint[], NULL, 10)';
