-- An entity, by any of its names.
-- call: SELECT name, type, description, aliases, chunk_count, relation_count, edited_by FROM rag.entity($1, $2)
CREATE OR REPLACE FUNCTION rag.entity(workspace text, name text)
RETURNS TABLE (
    name text, type text, description text, aliases text[], chunk_count int, relation_count int, edited_by text
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    WITH asked AS MATERIALIZED (
        SELECT w AS workspace_id, rag.find_entity(w, name) AS entity_id FROM rag.workspace_id(workspace) AS w
    )
    SELECT d.name, d.type, d.description, a.aliases, d.chunk_count, (
            SELECT count(*)::int FROM (
                SELECT FROM sqlrag.relations AS r WHERE r.workspace_id = asked.workspace_id AND r.source_id = asked.entity_id
                UNION ALL
                SELECT FROM sqlrag.relations AS r WHERE r.workspace_id = asked.workspace_id AND r.target_id = asked.entity_id
            ) AS edge
        ), e.edited_by
    FROM asked
    CROSS JOIN LATERAL rag.describe_entities(asked.workspace_id, ARRAY[asked.entity_id]) AS d
    CROSS JOIN LATERAL rag.aliases(asked.workspace_id, ARRAY[asked.entity_id]) AS a
    JOIN sqlrag.entities AS e ON e.workspace_id = asked.workspace_id AND e.entity_id = d.entity_id
$$;
COMMENT ON FUNCTION rag.entity IS 'An entity, by any of its names. Example: SELECT * FROM rag.entity(''default'', ''Paul Graham'')';
