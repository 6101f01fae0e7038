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
    a_id bigint;
    b_id bigint;
    old jsonb;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    SELECT * INTO lost_id, a_id, b_id FROM sqlrag.require_relation(workspace, source_name, target_name);
    old := (SELECT to_jsonb(r) FROM sqlrag.relation_between(workspace, a_id, b_id) AS r);
    INSERT INTO sqlrag.forgotten_relations (workspace_id, source_key, target_key, edited_by)
    SELECT workspace, min(own.name_key), max(own.name_key), editor
    FROM (
        SELECT min(a.name_key) AS name_key FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.entity_id IN (a_id, b_id) AND a.document_id = 0
        GROUP BY a.entity_id
    ) AS own
    ON CONFLICT DO NOTHING;
    DELETE FROM sqlrag.relations AS r WHERE r.workspace_id = workspace AND r.relation_id = lost_id;
    PERFORM sqlrag.record_edit(
        workspace, editor, 'delete_relation', (old->>'source') || ' — ' || (old->>'target'), old, NULL);
    RETURN QUERY SELECT old->>'source', old->>'target', (old->>'chunk_count')::int;
END;
$$;
