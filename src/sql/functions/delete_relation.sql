-- Delete a relation; documents that speak of it do not bring it back.
-- call: SELECT source, target, evidence FROM rag.delete_relation($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.delete_relation(
    workspace text, source_name text, target_name text, editor text DEFAULT current_user
)
RETURNS TABLE (source text, target text, evidence int)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    tenant int;
    lost_id bigint;
    a_id bigint;
    b_id bigint;
    old jsonb;
BEGIN
    SELECT * INTO tenant, editor FROM rag.begin_edit(workspace, editor);
    SELECT * INTO lost_id, a_id, b_id FROM rag.require_relation(tenant, source_name, target_name);
    old := (SELECT to_jsonb(r) FROM rag.relation_between(tenant, a_id, b_id) AS r);
    INSERT INTO sqlrag.forgotten_relations (workspace_id, source_key, target_key, edited_by)
    SELECT tenant, min(own.name_key), max(own.name_key), editor
    FROM (
        SELECT min(a.name_key) AS name_key FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = tenant AND a.entity_id IN (a_id, b_id) AND a.document_id = 0
        GROUP BY a.entity_id
    ) AS own
    ON CONFLICT DO NOTHING;
    DELETE FROM sqlrag.relations AS r WHERE r.workspace_id = tenant AND r.relation_id = lost_id;
    PERFORM rag.record_edit(tenant, editor, 'delete_relation', (old->>'source') || ' — ' || (old->>'target'), old, NULL);
    RETURN QUERY SELECT old->>'source', old->>'target', (old->>'chunk_count')::int;
END;
$$;
COMMENT ON FUNCTION rag.delete_relation IS 'Delete a relation; rag.create_relation takes it up again. Example: SELECT gone.* FROM rag.neighbours(''default'', ''Viaweb'') AS n, rag.delete_relation(''default'', ''Viaweb'', n.name) AS gone';
