-- Change the name, type or description of an entity, or several; NULL leaves one as it is.
-- call: SELECT name, type, description, aliases, chunk_count, relation_count, edited_by FROM rag.edit_entity($1, $2, $3, $4, $5, $6, $7)
CREATE OR REPLACE FUNCTION rag.edit_entity(
    workspace text, entity_name text, new_name text DEFAULT NULL, new_type text DEFAULT NULL, new_description text DEFAULT NULL,
    editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS TABLE (name text, type text, description text, aliases text[], chunk_count int, relation_count int, edited_by text)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    tenant int;
    edited_id bigint;
    old jsonb;
BEGIN
    SELECT * INTO tenant, editor FROM rag.begin_edit(workspace, editor);
    edited_id := rag.require_entity(tenant, entity_name);
    old := (SELECT to_jsonb(e) FROM rag.entity(workspace, entity_name) AS e);
    IF new_name IS NULL AND nullif(btrim(new_type), '') IS NULL AND new_description IS NULL THEN
        RAISE EXCEPTION 'There is nothing to change in "%": give a new name, type or description.', old->>'name'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF new_name IS NOT NULL THEN
        new_name := rag.check_name(new_name);
        PERFORM rag.claim_name(tenant, edited_id, new_name, editor);
    END IF;
    -- The name is kept from now on: when no document mentions it, nothing else knows how it is written.
    UPDATE sqlrag.entities AS e
    SET name = coalesce(new_name, e.name, old->>'name'), type = coalesce(nullif(btrim(new_type), ''), e.type),
        description = coalesce(new_description, e.description), edited_by = editor, edited_at = now()
    WHERE e.workspace_id = tenant AND e.entity_id = edited_id;
    PERFORM rag.embed_entity(tenant, edited_id, embedding);
    entity_name := coalesce(new_name, entity_name);
    PERFORM rag.record_edit(
        tenant, editor, CASE WHEN (new_type, new_description) IS NULL THEN 'rename_entity' ELSE 'edit_entity' END,
        old->>'name', old, (SELECT to_jsonb(e) FROM rag.entity(workspace, entity_name) AS e));
    RETURN QUERY SELECT e.name, e.type, e.description, e.aliases, e.chunk_count, e.relation_count, e.edited_by
    FROM rag.entity(workspace, entity_name) AS e;
END;
$$;
COMMENT ON FUNCTION rag.edit_entity IS 'Change an entity. Example: SELECT edited.* FROM rag.entity(''default'', ''Viaweb'') AS found, rag.edit_entity(''default'', found.name, new_description => ''It made shops.'') AS edited';
