-- Make one entity of several: of what "into_name" leads to, or of the most mentioned one under that new name.
-- call: SELECT name, type, description, aliases, chunk_count, relation_count, edited_by FROM rag.merge_entities($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.merge_entities(workspace text, names text[], into_name text, editor text DEFAULT current_user)
RETURNS TABLE (name text, type text, description text, aliases text[], chunk_count int, relation_count int, edited_by text)
LANGUAGE plpgsql ROWS 1 AS $$
#variable_conflict use_column
DECLARE
    tenant int;
    kept_id bigint;
    gone bigint[];
    new_name text;
    old jsonb;
BEGIN
    SELECT * INTO tenant, editor FROM rag.begin_edit(workspace, editor);
    old := (SELECT jsonb_agg(DISTINCT to_jsonb(e)) FROM unnest(names || into_name) AS given, rag.entity(workspace, given) AS e);
    gone := ARRAY(SELECT DISTINCT rag.require_entity(tenant, given) FROM unnest(names) AS given);
    kept_id := rag.find_entity(tenant, into_name);
    IF kept_id IS NULL THEN
        new_name := rag.check_name(into_name);
        kept_id := (SELECT n.entity_id FROM rag.name_entities(tenant, gone) AS n ORDER BY n.chunk_count DESC, n.entity_id LIMIT 1);
    END IF;
    gone := array_remove(gone, kept_id);
    IF kept_id IS NULL OR gone = '{}' THEN
        RAISE EXCEPTION 'There is nothing to merge: all these names lead to one entity.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF new_name IS NOT NULL THEN
        PERFORM rag.claim_name(tenant, kept_id, new_name, editor);
    END IF;
    UPDATE sqlrag.entities AS e
    SET name = coalesce(new_name, e.name, (SELECT n.name FROM rag.name_entities(tenant, ARRAY[kept_id]) AS n)),
        type = coalesce(e.type, other.type), description = coalesce(e.description, other.description),
        edited_by = editor, edited_at = now()
    FROM (
        SELECT max(g.type) AS type, string_agg(nullif(g.description, ''), E'\n' ORDER BY g.entity_id) AS description
        FROM sqlrag.entities AS g
        WHERE g.workspace_id = tenant AND g.entity_id = ANY (gone)
    ) AS other
    WHERE e.workspace_id = tenant AND e.entity_id = kept_id;
    UPDATE sqlrag.entity_aliases AS a SET entity_id = kept_id, edited_by = editor, edited_at = now()
    WHERE a.workspace_id = tenant AND a.entity_id = ANY (gone);
    PERFORM rag.merge_mentions(tenant, gone, kept_id);
    PERFORM rag.merge_relations(tenant, gone, kept_id);
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT DISTINCT ON (v.space_id) tenant, kept_id, v.space_id, v.embedding
    FROM sqlrag.entity_embeddings AS v
    WHERE v.workspace_id = tenant AND v.entity_id = ANY (gone)
    ORDER BY v.space_id, v.entity_id
    ON CONFLICT DO NOTHING;
    DELETE FROM sqlrag.entities AS e WHERE e.workspace_id = tenant AND e.entity_id = ANY (gone);
    PERFORM rag.lift_forgotten(tenant, kept_id);
    PERFORM rag.record_edit(
        tenant, editor, 'merge_entities', array_to_string(names, ', '), old, (SELECT to_jsonb(e) FROM rag.entity(workspace, into_name) AS e));
    RETURN QUERY SELECT e.name, e.type, e.description, e.aliases, e.chunk_count, e.relation_count, e.edited_by
    FROM rag.entity(workspace, into_name) AS e;
END;
$$;
COMMENT ON FUNCTION rag.merge_entities IS 'Make one entity of several. Example: SELECT merged.* FROM rag.duplicates(''default'', 1) AS d, rag.merge_entities(''default'', ARRAY[d.a, d.b], d.a) AS merged';
