-- The entity that a name stands for; NULL when no entity has that name.
CREATE OR REPLACE FUNCTION sqlrag.find_entity(workspace int, name text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE STRICT AS $$
    -- What it stands for everywhere comes before what it stands for in one document.
    SELECT a.entity_id
    FROM sqlrag.entity_aliases AS a
    WHERE a.workspace_id = workspace AND a.name_key = sqlrag.name_key(name) AND a.entity_id IS NOT NULL
    ORDER BY a.document_id <> 0, a.entity_id
    LIMIT 1
$$;
