-- The relation of two entities, by any of their names, whichever way it points.
-- call: SELECT * FROM sqlrag.relation($1, $2, $3)
-- example: SELECT * FROM rag.relation('default', 'Paul Graham', 'Viaweb')
CREATE OR REPLACE FUNCTION sqlrag.relation(workspace int, source_name text, target_name text)
RETURNS SETOF sqlrag.relation_details
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT d.source, d.target, d.keywords, d.description, d.weight, d.chunk_count, r.edited_by
    FROM sqlrag.describe_relations(workspace, ARRAY[sqlrag.find_relation(workspace, source_name, target_name)]) AS d
    JOIN sqlrag.relations AS r ON r.workspace_id = workspace AND r.relation_id = d.relation_id
$$;
