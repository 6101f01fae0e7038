-- Further entities for a context that has fewer than it may: around those it has, near to a vector, then any.
CREATE OR REPLACE FUNCTION sqlrag.fill_entities(
    workspace int, entity_ids bigint[], embedding halfvec, k int DEFAULT 40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (
    entity_id bigint, score float8, depth int, via_relation_id bigint, from_entity_id bigint, arms sqlrag.arm[]
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
DECLARE
    others bigint[];
BEGIN
    IF filter IS NULL THEN
        others := ARRAY(
            SELECT e.entity_id FROM sqlrag.entities AS e
            WHERE e.workspace_id = workspace AND e.entity_id <> ALL (entity_ids)
            ORDER BY e.entity_id LIMIT k);
    ELSE
        others := ARRAY(
            SELECT DISTINCT m.entity_id
            FROM sqlrag.permitted_documents(workspace, filter) AS p
            JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.document_id = p.document_id
            JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.chunk_id = c.chunk_id
            WHERE m.entity_id <> ALL (entity_ids)
            ORDER BY m.entity_id LIMIT k);
    END IF;
    IF cardinality(others) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH around AS MATERIALIZED (
            SELECT w.* FROM sqlrag.walk_graph(workspace, entity_ids, 1, k, 30, filter) AS w WHERE w.depth > 0
        ), found AS (
            SELECT a.entity_id, 1 AS tier, a.score, a.depth, a.via_relation_id, a.from_entity_id FROM around AS a
            UNION ALL
            SELECT n.id, 2, n.similarity, 0, NULL, NULL
            FROM sqlrag.nearest(workspace, 'entity', embedding, k + cardinality(entity_ids), filter) AS n
            WHERE (SELECT count(*) FROM around) < k
            UNION ALL
            SELECT other, 3, 0, 0, NULL, NULL FROM unnest(others) AS other
        ), best AS (
            SELECT DISTINCT ON (f.entity_id) f.* FROM found AS f
            WHERE f.entity_id <> ALL (entity_ids)
            ORDER BY f.entity_id, f.tier
        ), ranked AS (
            SELECT b.*, row_number() OVER (PARTITION BY b.tier ORDER BY b.score DESC, b.entity_id) AS rank
            FROM best AS b
        )
        -- Below all that was found for the question; the rest says nothing of it, and scores 0.
        SELECT r.entity_id, CASE r.tier WHEN 3 THEN 0 ELSE 1 / (10000 * r.tier + r.rank)::float8 END,
            r.depth, r.via_relation_id, r.from_entity_id,
            ARRAY[(('{walk,entity_vector,rest}'::text[])[r.tier], r.rank, r.score)::sqlrag.arm]
        FROM ranked AS r
        ORDER BY r.tier, r.rank
        LIMIT k;
END;
$$;
