-- The relation of two entities, by any of their names, whichever way it points.
-- call: SELECT * FROM sqlrag.relation($1, $2, $3)
-- example: SELECT * FROM rag.relation('default', 'Paul Graham', 'Viaweb')
CREATE OR REPLACE FUNCTION sqlrag.relation(workspace int, source_name text, target_name text)
RETURNS SETOF sqlrag.relation_details
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT CASE WHEN d.is_reversed THEN d.target ELSE d.source END,
        CASE WHEN d.is_reversed THEN d.source ELSE d.target END,
        d.keywords, d.description, d.weight, d.chunk_count, r.edited_by
    FROM sqlrag.relations AS r
    CROSS JOIN LATERAL sqlrag.describe_relations(workspace, ARRAY[r.relation_id]) AS d
    WHERE r.workspace_id = workspace
        AND r.relation_id = (SELECT sqlrag.find_relation(workspace, source_name, target_name))
$$;
