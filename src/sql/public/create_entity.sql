CREATE OR REPLACE FUNCTION rag.create_entity(
    workspace text, new_name text, new_type text DEFAULT 'concept', new_description text DEFAULT '', editor text DEFAULT
    current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.create_entity(rag.workspace_id(workspace), new_name, new_type, new_description, editor,
        embedding)
$$;
COMMENT ON FUNCTION rag.create_entity IS
    'Make an entity by hand; it stays whatever documents say, and what they call by its name joins it. '
    'Example: SELECT * FROM rag.create_entity(''default'', ''Ada Lovelace'', ''person'', ''She wrote the first '
    'program.'')';
