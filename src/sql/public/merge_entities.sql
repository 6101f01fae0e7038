CREATE OR REPLACE FUNCTION rag.merge_entities(
    workspace text, names text[], into_name text, editor text DEFAULT current_user
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.merge_entities(rag.workspace_id(workspace), names, into_name, editor)
$$;
COMMENT ON FUNCTION rag.merge_entities IS
    'Make one entity of several: of what into_name leads to, or of the most mentioned one under that new name. '
    'Example: SELECT merged.* FROM rag.duplicates(''default'', 1) AS d, rag.merge_entities(''default'', ARRAY[d.a, '
    'd.b], d.a) AS merged';
