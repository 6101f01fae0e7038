-- The entities that an entity is related to, strongest first; direction out: the entity is the source.
-- call: SELECT * FROM sqlrag.neighbours($1, $2, $3)
-- example: SELECT * FROM rag.neighbours('default', 'Paul Graham')
CREATE OR REPLACE FUNCTION sqlrag.neighbours(workspace int, entity text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, keywords text, description text, weight float8, direction text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.find_entity(workspace, entity) AS entity_id
    ), edge AS MATERIALIZED (
        SELECT r.relation_id, r.neighbour_id
        FROM asked CROSS JOIN LATERAL sqlrag.relations_of(workspace, asked.entity_id, k) AS r
        ORDER BY r.weight DESC, r.relation_id
        LIMIT k
    )
    SELECT n.name, n.type, d.keywords, d.description, d.weight,
        CASE WHEN edge.neighbour_id = d.target_id THEN 'out' ELSE 'in' END
    FROM sqlrag.describe_relations(workspace, ARRAY(SELECT e.relation_id FROM edge AS e)) AS d
    JOIN edge USING (relation_id)
    JOIN sqlrag.name_entities(workspace, ARRAY(SELECT e.neighbour_id FROM edge AS e)) AS n
        ON n.entity_id = edge.neighbour_id
    ORDER BY d.weight DESC, d.relation_id
$$;
