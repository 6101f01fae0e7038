CREATE OR REPLACE FUNCTION rag.relation(workspace text, source_name text, target_name text)
RETURNS SETOF sqlrag.relation_details
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT r.*
    FROM rag.workspace_id(workspace) AS w
    CROSS JOIN LATERAL sqlrag.relation_between(
        w, sqlrag.find_entity(w, source_name), sqlrag.find_entity(w, target_name)) AS r
$$;
COMMENT ON FUNCTION rag.relation IS
    'The relation of two entities, by any of their names, whichever way it points. '
    'Example: SELECT * FROM rag.relation(''default'', ''Paul Graham'', ''Viaweb'')';
