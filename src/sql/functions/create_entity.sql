-- Make an entity by hand; it stays whatever documents say, and what they call by its name joins it.
-- call: SELECT name, type, description, aliases, chunk_count, relation_count, edited_by FROM rag.create_entity($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION rag.create_entity(
    workspace text, new_name text, new_type text DEFAULT 'concept', new_description text DEFAULT '',
    editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS TABLE (name text, type text, description text, aliases text[], chunk_count int, relation_count int, edited_by text)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    tenant int;
    made_id bigint;
BEGIN
    SELECT * INTO tenant, editor FROM rag.begin_edit(workspace, editor);
    new_name := rag.check_name(new_name);
    INSERT INTO sqlrag.entities AS e (workspace_id, name, type, description, edited_by, edited_at)
    VALUES (tenant, new_name, coalesce(nullif(btrim(new_type), ''), 'concept'), coalesce(new_description, ''), editor, now())
    RETURNING e.entity_id INTO made_id;
    PERFORM rag.claim_name(tenant, made_id, new_name, editor);
    PERFORM rag.embed_entity(tenant, made_id, embedding);
    PERFORM rag.record_edit(
        tenant, editor, 'create_entity', new_name, NULL, (SELECT to_jsonb(e) FROM rag.entity(workspace, new_name) AS e));
    RETURN QUERY SELECT e.name, e.type, e.description, e.aliases, e.chunk_count, e.relation_count, e.edited_by
    FROM rag.entity(workspace, new_name) AS e;
END;
$$;
COMMENT ON FUNCTION rag.create_entity IS 'Make an entity by hand. Example: SELECT * FROM rag.create_entity(''default'', ''Ada Lovelace'', ''person'', ''She wrote the first program.'')';
