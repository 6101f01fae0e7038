-- Tell two apart that have one name: what some documents say of an entity is said of a new one.
-- call: SELECT * FROM sqlrag.split_entity($1, $2, $3, $4, $5, $6) WHERE sqlrag.stays_in_space($1, $7)
-- example: SELECT made.* FROM rag.entity('default', 'Jordan') AS found, rag.split_entity('default', found.name,
--  'Jordan (country)', ARRAY['atlas']) AS made
CREATE OR REPLACE FUNCTION sqlrag.split_entity(
    workspace int, entity_name text, new_name text, documents text[], editor text DEFAULT current_user, embedding
    halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE plpgsql ROWS 1 AS $$
#variable_conflict use_column
DECLARE
    old_id bigint;
    new_id bigint;
    old jsonb;
    unknown text;
    chunk_ids bigint[];
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    old_id := sqlrag.require_entity(workspace, entity_name);
    old := (SELECT to_jsonb(e) FROM sqlrag.entity(workspace, entity_name) AS e);
    new_name := sqlrag.check_name(new_name);
    SELECT string_agg(given, ', ') INTO unknown FROM unnest(documents) AS given
    WHERE NOT EXISTS (SELECT FROM sqlrag.documents AS d WHERE d.workspace_id = workspace AND d.source_key = given);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'There is no document with the source key %.', unknown USING ERRCODE = 'no_data_found';
    END IF;
    chunk_ids := ARRAY(
        SELECT c.chunk_id FROM sqlrag.documents AS d JOIN sqlrag.chunks AS c USING (workspace_id, document_id)
        WHERE d.workspace_id = workspace AND d.source_key = ANY (documents)
    );
    INSERT INTO sqlrag.entities AS e (workspace_id, name, edited_by, edited_at)
    VALUES (workspace, new_name, editor, now()) RETURNING e.entity_id INTO new_id;
    PERFORM sqlrag.claim_name(workspace, new_id, new_name, editor);
    INSERT INTO sqlrag.mentions (
        workspace_id, entity_id, chunk_id, name, type, description, is_subject, audience_id
    )
    SELECT workspace, new_id, m.chunk_id, m.name, m.type, m.description, m.is_subject, m.audience_id
    FROM sqlrag.mentions AS m
    WHERE m.workspace_id = workspace AND m.entity_id = old_id AND m.chunk_id = ANY (chunk_ids);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'None of these documents mentions "%"; name some that do.', old->>'name'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- In these documents every name of the old one leads to the new one, also when they are ingested again.
    INSERT INTO sqlrag.entity_aliases AS a (workspace_id, name_key, document_id, entity_id, edited_by, edited_at)
    SELECT DISTINCT workspace, known.name_key, d.document_id, new_id, editor, now()
    FROM sqlrag.documents AS d
    JOIN sqlrag.entity_aliases AS known ON known.workspace_id = workspace AND known.entity_id = old_id
        AND known.document_id IN (0, d.document_id)
    WHERE d.workspace_id = workspace AND d.source_key = ANY (documents)
    ON CONFLICT (workspace_id, name_key, document_id) DO UPDATE
    SET entity_id = excluded.entity_id, edited_by = excluded.edited_by, edited_at = excluded.edited_at
    WHERE a.entity_id = old_id;
    PERFORM sqlrag.embed_entity(workspace, new_id, coalesce(embedding, (
        SELECT v.embedding FROM sqlrag.entity_embeddings AS v JOIN sqlrag.workspaces AS w USING (workspace_id, space_id)
        WHERE v.workspace_id = workspace AND v.entity_id = old_id
    )));
    PERFORM sqlrag.split_relations(workspace, old_id, new_id, chunk_ids);
    DELETE FROM sqlrag.mentions AS m
    WHERE m.workspace_id = workspace AND m.entity_id = old_id AND m.chunk_id = ANY (chunk_ids);
    PERFORM sqlrag.record_edit(
        workspace, editor, 'split_entity', old->>'name', old,
        (SELECT jsonb_agg(DISTINCT to_jsonb(e)) FROM unnest(ARRAY[entity_name, new_name]) AS given,
            sqlrag.entity(workspace, given) AS e));
    RETURN QUERY SELECT * FROM sqlrag.entity(workspace, new_name);
END;
$$;
