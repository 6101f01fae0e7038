CREATE OR REPLACE FUNCTION rag.entity(workspace text, name text) RETURNS SETOF sqlrag.entity_details
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT * FROM sqlrag.entity((SELECT rag.workspace_id(workspace)), name)
$$;
COMMENT ON FUNCTION rag.entity IS
    'An entity, by any of its names. '
    'Example: SELECT * FROM rag.entity(''default'', ''Paul Graham'')';
