CREATE OR REPLACE FUNCTION rag.edit_entity(
    workspace text, entity_name text, new_name text DEFAULT NULL, new_type text DEFAULT NULL, new_description text
    DEFAULT NULL, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.edit_entity(rag.workspace_id(workspace), entity_name, new_name, new_type, new_description,
        editor, embedding)
$$;
COMMENT ON FUNCTION rag.edit_entity IS
    'Change the name, type or description of an entity, or several; NULL leaves one as it is. '
    'Example: SELECT edited.* FROM rag.entity(''default'', ''Viaweb'') AS found, rag.edit_entity(''default'', '
    'found.name, new_description => ''It made shops.'') AS edited';
