CREATE OR REPLACE FUNCTION rag.rename_entity(
    workspace text, entity_name text, new_name text, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.edit_entity((SELECT rag.workspace_id(workspace)), entity_name,
        sqlrag.check_name(new_name), editor => editor, embedding => embedding)
$$;
COMMENT ON FUNCTION rag.rename_entity IS
    'Give an entity another name; the old ones lead to it as before, also in the next document. '
    'Example: SELECT renamed.* FROM rag.entity(''default'', ''PG'') AS found, rag.rename_entity(''default'', '
    'found.name, ''Paul Graham'') AS renamed';
