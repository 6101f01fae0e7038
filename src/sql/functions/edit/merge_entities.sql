-- Make one entity of several: of what into_name leads to, or of the most mentioned one under that new name.
-- call: SELECT * FROM sqlrag.merge_entities($1, $2, $3, $4)
-- example: SELECT merged.* FROM rag.duplicates('default', 1) AS d, rag.merge_entities('default', ARRAY[d.a, d.b],
--  d.a) AS merged
CREATE OR REPLACE FUNCTION sqlrag.merge_entities(
    workspace int, names text[], into_name text, editor text DEFAULT current_user
)
RETURNS SETOF sqlrag.entity_details
LANGUAGE plpgsql ROWS 1 AS $$
#variable_conflict use_column
DECLARE
    kept_id bigint;
    gone bigint[];
    new_name text;
    old jsonb;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    old := (
        SELECT jsonb_agg(DISTINCT to_jsonb(e))
        FROM unnest(names || into_name) AS given, sqlrag.entity(workspace, given) AS e);
    gone := ARRAY(SELECT DISTINCT sqlrag.require_entity(workspace, given) FROM unnest(names) AS given);
    kept_id := sqlrag.find_entity(workspace, into_name);
    IF kept_id IS NULL THEN
        new_name := sqlrag.check_name(into_name);
        kept_id := (SELECT n.entity_id FROM sqlrag.name_entities(workspace, gone) AS n
            ORDER BY n.chunk_count DESC, n.entity_id LIMIT 1);
        PERFORM sqlrag.claim_name(workspace, kept_id, new_name, editor);
    END IF;
    gone := array_remove(gone, kept_id);
    IF kept_id IS NULL OR gone = '{}' THEN
        RAISE EXCEPTION 'There is nothing to merge: all these names lead to one entity.'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE sqlrag.entities AS e
    SET name = coalesce(new_name, e.name, (SELECT n.name FROM sqlrag.name_entities(workspace, ARRAY[kept_id]) AS n)),
        type = coalesce(e.type, other.type), description = coalesce(e.description, other.description),
        edited_by = editor, edited_at = now()
    FROM (
        SELECT max(g.type) AS type, string_agg(nullif(g.description, ''), E'\n' ORDER BY g.entity_id) AS description
        FROM sqlrag.entities AS g
        WHERE g.workspace_id = workspace AND g.entity_id = ANY (gone)
    ) AS other
    WHERE e.workspace_id = workspace AND e.entity_id = kept_id;
    UPDATE sqlrag.entity_aliases AS a SET entity_id = kept_id, edited_by = editor, edited_at = now()
    WHERE a.workspace_id = workspace AND a.entity_id = ANY (gone);
    -- Of a chunk that mentions several, what ingestion would have kept: a subject first.
    INSERT INTO sqlrag.mentions AS m (
        workspace_id, entity_id, chunk_id, name, type, description, is_subject, audience_id
    )
    SELECT DISTINCT ON (g.chunk_id)
        workspace, kept_id, g.chunk_id, g.name, g.type, g.description, g.is_subject, g.audience_id
    FROM sqlrag.mentions AS g
    WHERE g.workspace_id = workspace AND g.entity_id = ANY (gone)
    ORDER BY g.chunk_id, g.is_subject DESC, g.entity_id
    ON CONFLICT (workspace_id, entity_id, chunk_id) DO UPDATE
    SET name = excluded.name, type = excluded.type, description = excluded.description, is_subject = true
    WHERE excluded.is_subject AND NOT m.is_subject;
    PERFORM sqlrag.merge_relations(workspace, gone, kept_id);
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT DISTINCT ON (v.space_id) workspace, kept_id, v.space_id, v.embedding
    FROM sqlrag.entity_embeddings AS v
    WHERE v.workspace_id = workspace AND v.entity_id = ANY (gone)
    ORDER BY v.space_id, v.entity_id
    ON CONFLICT DO NOTHING;
    DELETE FROM sqlrag.entities AS e WHERE e.workspace_id = workspace AND e.entity_id = ANY (gone);
    PERFORM sqlrag.lift_forgotten(workspace, kept_id);
    RETURN QUERY SELECT e.* FROM sqlrag.entity(workspace, into_name) AS e
        CROSS JOIN LATERAL sqlrag.record_edit(
            workspace, editor, 'merge_entities', array_to_string(names, ', '), old, to_jsonb(e));
END;
$$;
