-- The entities that an entity is related to, strongest first.
-- call: SELECT * FROM sqlrag.neighbours($1, $2, $3)
CREATE OR REPLACE FUNCTION sqlrag.neighbours(workspace int, entity text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, keywords text, description text, weight float8, direction text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.find_entity(workspace, entity) AS entity_id
    ), edge AS MATERIALIZED (
        SELECT strongest.relation_id, strongest.neighbour_id
        FROM asked CROSS JOIN LATERAL (
            (SELECT r.relation_id, r.target_id AS neighbour_id, r.weight FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.source_id = asked.entity_id ORDER BY r.weight DESC LIMIT k)
            UNION ALL
            (SELECT r.relation_id, r.source_id, r.weight FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.target_id = asked.entity_id ORDER BY r.weight DESC LIMIT k)
        ) AS strongest
        ORDER BY strongest.weight DESC, strongest.relation_id
        LIMIT k
    )
    SELECT n.name, n.type, d.keywords, d.description, d.weight,
        CASE WHEN (edge.neighbour_id = d.target_id) <> d.is_reversed THEN 'out' ELSE 'in' END
    FROM sqlrag.describe_relations(workspace, ARRAY(SELECT e.relation_id FROM edge AS e)) AS d
    JOIN edge USING (relation_id)
    JOIN sqlrag.name_entities(workspace, ARRAY(SELECT e.neighbour_id FROM edge AS e)) AS n
        ON n.entity_id = edge.neighbour_id
    ORDER BY d.weight DESC, d.relation_id
$$;
