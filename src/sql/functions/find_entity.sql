-- The entity that a name stands for; NULL when no entity has that name.
-- call: SELECT rag.find_entity($1, $2)
CREATE OR REPLACE FUNCTION rag.find_entity(workspace int, name text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE STRICT AS $$
    -- What it stands for everywhere comes before what it stands for in one document.
    SELECT a.entity_id
    FROM sqlrag.entity_aliases AS a
    WHERE a.workspace_id = workspace AND a.name_key = rag.name_key(name) AND a.entity_id IS NOT NULL
    ORDER BY a.document_id <> 0, a.entity_id
    LIMIT 1
$$;
COMMENT ON FUNCTION rag.find_entity IS 'The id of the entity that a name stands for. Example: SELECT rag.find_entity(1, ''Paul Graham'')';
