-- Give an entity another name; the old ones lead to it as before, also in the next document.
-- call: SELECT * FROM sqlrag.rename_entity($1, $2, $3, $4, $5) WHERE sqlrag.stays_in_space($1, $6)
-- example: SELECT renamed.* FROM rag.entity('default', 'PG') AS found, rag.rename_entity('default', found.name,
--  'Paul Graham') AS renamed
CREATE OR REPLACE FUNCTION sqlrag.rename_entity(
    workspace int, entity_name text, new_name text, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.edit_entity(
        workspace, entity_name, sqlrag.check_name(new_name), editor => editor, embedding => embedding)
$$;
