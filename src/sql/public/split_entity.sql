CREATE OR REPLACE FUNCTION rag.split_entity(
    workspace text, entity_name text, new_name text, documents text[], editor text DEFAULT current_user, embedding
    halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.split_entity(rag.workspace_id(workspace), entity_name, new_name, documents, editor,
        embedding)
$$;
COMMENT ON FUNCTION rag.split_entity IS
    'Tell two apart that have one name: what some documents say of an entity is said of a new one. '
    'Example: SELECT made.* FROM rag.entity(''default'', ''Jordan'') AS found, rag.split_entity(''default'', '
    'found.name, ''Jordan (country)'', ARRAY[''atlas'']) AS made';
