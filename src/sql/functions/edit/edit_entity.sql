-- Change the name, type or description of an entity, or several; NULL leaves one as it is.
-- call: SELECT * FROM sqlrag.edit_entity($1, $2, $3, $4, $5, $6, $7) WHERE sqlrag.stays_in_space($1, $8)
-- example: SELECT edited.* FROM rag.entity('default', 'Viaweb') AS found, rag.edit_entity('default', found.name,
--  new_description => 'It made shops.') AS edited
CREATE OR REPLACE FUNCTION sqlrag.edit_entity(
    workspace int, entity_name text, new_name text DEFAULT NULL, new_type text DEFAULT NULL, new_description text
    DEFAULT NULL, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    edited_id bigint;
    old jsonb;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    edited_id := sqlrag.require_entity(workspace, entity_name);
    old := (SELECT to_jsonb(e) FROM sqlrag.entity(workspace, entity_name) AS e);
    IF new_name IS NULL AND nullif(btrim(new_type), '') IS NULL AND new_description IS NULL THEN
        RAISE EXCEPTION 'There is nothing to change in "%": give a new name, type or description.', old->>'name'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF new_name IS NOT NULL THEN
        new_name := sqlrag.check_name(new_name);
        PERFORM sqlrag.claim_name(workspace, edited_id, new_name, editor);
    END IF;
    -- The name is kept from now on: when no document mentions it, nothing else knows how it is written.
    UPDATE sqlrag.entities AS e
    SET name = coalesce(new_name, e.name, old->>'name'), type = coalesce(nullif(btrim(new_type), ''), e.type),
        description = coalesce(new_description, e.description), edited_by = editor, edited_at = now()
    WHERE e.workspace_id = workspace AND e.entity_id = edited_id;
    PERFORM sqlrag.embed_entity(workspace, edited_id, embedding);
    RETURN QUERY SELECT e.* FROM sqlrag.entity(workspace, coalesce(new_name, entity_name)) AS e
        CROSS JOIN LATERAL sqlrag.record_edit(
            workspace, editor, CASE WHEN (new_type, new_description) IS NULL THEN 'rename_entity'
                ELSE 'edit_entity' END, old->>'name', old, to_jsonb(e));
END;
$$;
