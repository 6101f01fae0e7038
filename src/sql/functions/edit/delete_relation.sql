-- Delete a relation; documents that speak of it do not bring it back, rag.create_relation does.
-- call: SELECT * FROM sqlrag.delete_relation($1, $2, $3, $4)
-- example: SELECT gone.* FROM rag.neighbours('default', 'Viaweb') AS n, rag.delete_relation('default', 'Viaweb',
--  n.name) AS gone
CREATE OR REPLACE FUNCTION sqlrag.delete_relation(
    workspace int, source_name text, target_name text, editor text DEFAULT current_user
)
RETURNS TABLE (source text, target text, evidence int)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    lost_id bigint;
    old jsonb;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    lost_id := sqlrag.require_related(workspace, source_name, target_name);
    old := (SELECT to_jsonb(r) FROM sqlrag.relation(workspace, source_name, target_name) AS r);
    WITH lost AS (
        DELETE FROM sqlrag.relations AS r WHERE r.workspace_id = workspace AND r.relation_id = lost_id
        RETURNING r.source_id, r.target_id
    ), own AS (
        SELECT min(a.name_key) AS name_key FROM lost CROSS JOIN sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.entity_id IN (lost.source_id, lost.target_id) AND a.document_id = 0
        GROUP BY a.entity_id
    )
    INSERT INTO sqlrag.forgotten_relations (workspace_id, source_key, target_key, edited_by)
    SELECT workspace, min(own.name_key), max(own.name_key), editor FROM own
    ON CONFLICT DO NOTHING;
    PERFORM sqlrag.record_edit(
        workspace, editor, 'delete_relation', (old->>'source') || ' — ' || (old->>'target'), old, NULL);
    RETURN QUERY SELECT old->>'source', old->>'target', (old->>'chunk_count')::int;
END;
$$;
