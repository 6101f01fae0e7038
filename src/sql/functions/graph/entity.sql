-- An entity, by any of its names.
-- call: SELECT * FROM sqlrag.entity($1, $2)
-- example: SELECT * FROM rag.entity('default', 'Paul Graham')
CREATE OR REPLACE FUNCTION sqlrag.entity(workspace int, name text) RETURNS SETOF sqlrag.entity_details
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.find_entity(workspace, name) AS entity_id
    )
    SELECT d.name, d.type, d.description, a.aliases, d.chunk_count,
        (SELECT count(*)::int FROM sqlrag.relations_of(workspace, asked.entity_id)), e.edited_by
    FROM asked
    CROSS JOIN LATERAL sqlrag.describe_entities(workspace, ARRAY[asked.entity_id]) AS d
    CROSS JOIN LATERAL sqlrag.aliases(workspace, ARRAY[asked.entity_id]) AS a
    JOIN sqlrag.entities AS e ON e.workspace_id = workspace AND e.entity_id = d.entity_id
$$;
