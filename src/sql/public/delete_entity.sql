CREATE OR REPLACE FUNCTION rag.delete_entity(workspace text, entity_name text, editor text DEFAULT current_user)
RETURNS TABLE (name text, type text, mentions int, relations int)
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.delete_entity(rag.workspace_id(workspace), entity_name, editor)
$$;
COMMENT ON FUNCTION rag.delete_entity IS
    'Delete an entity with its relations; documents that speak of it do not bring it back, rag.create_entity does. '
    'Example: SELECT gone.* FROM rag.entity(''default'', ''Abstract'') AS found, rag.delete_entity(''default'', '
    'found.name) AS gone';
