-- Give an entity another name; the old ones lead to it as before, also in the next document.
-- call: SELECT name, type, description, aliases, chunk_count, relation_count, edited_by FROM rag.rename_entity($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.rename_entity(
    workspace text, entity_name text, new_name text, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS TABLE (name text, type text, description text, aliases text[], chunk_count int, relation_count int, edited_by text)
LANGUAGE sql ROWS 1 AS $$
    SELECT e.name, e.type, e.description, e.aliases, e.chunk_count, e.relation_count, e.edited_by
    FROM rag.edit_entity(
        workspace, entity_name, rag.check_name(new_name), editor => editor, embedding => rename_entity.embedding) AS e
$$;
COMMENT ON FUNCTION rag.rename_entity IS 'Give an entity another name. Example: SELECT renamed.* FROM rag.entity(''default'', ''PG'') AS found, rag.rename_entity(''default'', found.name, ''Paul Graham'') AS renamed';
