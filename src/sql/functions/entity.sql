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
    SELECT d.name, d.type, d.description, ARRAY(
            -- As documents write it, most frequent first; then what only an edit or a merge made a name of it.
            SELECT form.name FROM (
                SELECT m.name, rag.name_key(m.name) AS name_key, count(*) AS times
                FROM sqlrag.mentions AS m
                WHERE m.workspace_id = asked.workspace_id AND m.entity_id = asked.entity_id
                GROUP BY m.name
                UNION ALL
                SELECT a.name_key, a.name_key, 0 FROM sqlrag.entity_aliases AS a
                WHERE a.workspace_id = asked.workspace_id AND a.entity_id = asked.entity_id AND a.name_key <> rag.name_key(d.name)
                    AND NOT EXISTS (
                        SELECT FROM sqlrag.mentions AS m
                        WHERE m.workspace_id = asked.workspace_id AND m.entity_id = asked.entity_id AND rag.name_key(m.name) = a.name_key
                    )
            ) AS form
            WHERE form.name <> d.name
            GROUP BY form.name ORDER BY max(form.times) DESC, form.name COLLATE "C"
        ), d.chunk_count, (
            SELECT count(*)::int FROM (
                SELECT FROM sqlrag.relations AS r WHERE r.workspace_id = asked.workspace_id AND r.source_id = asked.entity_id
                UNION ALL
                SELECT FROM sqlrag.relations AS r WHERE r.workspace_id = asked.workspace_id AND r.target_id = asked.entity_id
            ) AS edge
        ), e.edited_by
    FROM asked
    CROSS JOIN LATERAL rag.describe_entities(asked.workspace_id, ARRAY[asked.entity_id]) AS d
    JOIN sqlrag.entities AS e ON e.workspace_id = asked.workspace_id AND e.entity_id = d.entity_id
$$;
COMMENT ON FUNCTION rag.entity IS 'An entity, by any of its names. Example: SELECT * FROM rag.entity(''default'', ''Paul Graham'')';
