-- Lead a name to an entity, everywhere; also one that was led nowhere when its entity was deleted.
-- call: SELECT rag.claim_name($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.claim_name(workspace int, entity bigint, name text, editor text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    key text := rag.name_key(name);
    owner_id bigint := (
        SELECT a.entity_id FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.name_key = key AND a.document_id = 0
    );
BEGIN
    IF owner_id <> entity THEN
        RAISE EXCEPTION 'The name "%" is taken by the entity "%".',
                name, (SELECT n.name FROM rag.name_entities(workspace, ARRAY[owner_id]) AS n)
            USING ERRCODE = 'unique_violation', HINT = 'If both are the same, merge them instead; otherwise choose another name.';
    END IF;
    INSERT INTO sqlrag.entity_aliases AS a (workspace_id, name_key, entity_id, edited_by, edited_at)
    VALUES (workspace, key, entity, editor, now())
    ON CONFLICT (workspace_id, name_key, document_id) DO UPDATE
    SET entity_id = excluded.entity_id, edited_by = excluded.edited_by, edited_at = excluded.edited_at
    WHERE a.entity_id IS NULL;
END;
$$;
COMMENT ON FUNCTION rag.claim_name IS 'Lead a name to an entity. Example: SELECT rag.claim_name(1, rag.find_entity(1, found.name), found.name, ''me'') FROM rag.search_entities(''default'', ''graham'') AS found';
