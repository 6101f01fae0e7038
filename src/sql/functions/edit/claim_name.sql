-- Lead a name to an entity, everywhere; also one that was led nowhere when its entity was deleted.
CREATE OR REPLACE FUNCTION sqlrag.claim_name(workspace int, entity bigint, name text, editor text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    key text := sqlrag.name_key(name);
    owner_id bigint := (
        SELECT a.entity_id FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.name_key = key AND a.document_id = 0
    );
BEGIN
    IF owner_id <> entity THEN
        RAISE EXCEPTION 'The name "%" is taken by the entity "%".',
                name, (SELECT n.name FROM sqlrag.name_entities(workspace, ARRAY[owner_id]) AS n)
            USING ERRCODE = 'unique_violation',
                HINT = 'If both are the same, merge them instead; otherwise choose another name.';
    END IF;
    INSERT INTO sqlrag.entity_aliases AS a (workspace_id, name_key, entity_id, edited_by, edited_at)
    VALUES (workspace, key, entity, editor, now())
    ON CONFLICT (workspace_id, name_key, document_id) DO UPDATE
    SET entity_id = excluded.entity_id, edited_by = excluded.edited_by, edited_at = excluded.edited_at
    WHERE a.entity_id IS NULL;
END;
$$;
