-- Make an entity by hand; it stays whatever documents say, and what they call by its name joins it.
-- call: SELECT * FROM sqlrag.create_entity($1, $2, $3, $4, $5, $6) WHERE sqlrag.stays_in_space($1, $7)
-- example: SELECT * FROM rag.create_entity('default', 'Ada Lovelace', 'person', 'She wrote the first program.')
CREATE OR REPLACE FUNCTION sqlrag.create_entity(
    workspace int, new_name text, new_type text DEFAULT 'concept', new_description text DEFAULT '', editor text DEFAULT
    current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    made_id bigint;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    new_name := sqlrag.check_name(new_name);
    INSERT INTO sqlrag.entities AS e (workspace_id, name, type, description, edited_by, edited_at,
        is_made_by_hand)
    VALUES (workspace, new_name, coalesce(nullif(btrim(new_type), ''), 'concept'), coalesce(new_description, ''),
        editor, now(), true)
    RETURNING e.entity_id INTO made_id;
    PERFORM sqlrag.claim_name(workspace, made_id, new_name, editor);
    PERFORM sqlrag.embed_entity(workspace, made_id, embedding);
    RETURN QUERY SELECT e.* FROM sqlrag.entity(workspace, new_name) AS e
        CROSS JOIN LATERAL sqlrag.record_edit(workspace, editor, 'create_entity', new_name, NULL, to_jsonb(e));
END;
$$;
