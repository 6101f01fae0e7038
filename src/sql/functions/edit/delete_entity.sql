-- Delete an entity with its relations; documents that speak of it do not bring it back, rag.create_entity does.
-- call: SELECT * FROM sqlrag.delete_entity($1, $2, $3)
-- example: SELECT gone.* FROM rag.entity('default', 'Abstract') AS found, rag.delete_entity('default', found.name)
--  AS gone
CREATE OR REPLACE FUNCTION sqlrag.delete_entity(workspace int, entity_name text, editor text DEFAULT current_user)
RETURNS TABLE (name text, type text, mentions int, relations int)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    lost_id bigint;
    old jsonb;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    lost_id := sqlrag.require_entity(workspace, entity_name);
    old := (SELECT to_jsonb(e) FROM sqlrag.entity(workspace, entity_name) AS e);
    -- Its names stay and lead nowhere: the next document finds that they are taken, and by nothing.
    UPDATE sqlrag.entity_aliases AS a SET entity_id = NULL, edited_by = editor, edited_at = now()
    WHERE a.workspace_id = workspace AND a.entity_id = lost_id;
    DELETE FROM sqlrag.entities AS e WHERE e.workspace_id = workspace AND e.entity_id = lost_id;
    PERFORM sqlrag.record_edit(workspace, editor, 'delete_entity', old->>'name', old, NULL);
    RETURN QUERY SELECT old->>'name', old->>'type', (old->>'chunk_count')::int, (old->>'relation_count')::int;
END;
$$;
