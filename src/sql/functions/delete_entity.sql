-- Delete an entity with its relations; documents that speak of it do not bring it back.
-- call: SELECT name, type, mentions, relations FROM rag.delete_entity($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.delete_entity(workspace text, entity_name text, editor text DEFAULT current_user)
RETURNS TABLE (name text, type text, mentions int, relations int)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    tenant int;
    lost_id bigint;
    old jsonb;
BEGIN
    SELECT * INTO tenant, editor FROM rag.begin_edit(workspace, editor);
    lost_id := rag.require_entity(tenant, entity_name);
    old := (SELECT to_jsonb(e) FROM rag.entity(workspace, entity_name) AS e);
    -- Its names stay and lead nowhere: the next document finds that they are taken, and by nothing.
    UPDATE sqlrag.entity_aliases AS a SET entity_id = NULL, edited_by = editor, edited_at = now()
    WHERE a.workspace_id = tenant AND a.entity_id = lost_id;
    DELETE FROM sqlrag.entities AS e WHERE e.workspace_id = tenant AND e.entity_id = lost_id;
    PERFORM rag.record_edit(tenant, editor, 'delete_entity', old->>'name', old, NULL);
    RETURN QUERY SELECT old->>'name', old->>'type', (old->>'chunk_count')::int, (old->>'relation_count')::int;
END;
$$;
COMMENT ON FUNCTION rag.delete_entity IS 'Delete an entity with its relations; rag.create_entity takes its name up again. Example: SELECT gone.* FROM rag.entity(''default'', ''Abstract'') AS found, rag.delete_entity(''default'', found.name) AS gone';
