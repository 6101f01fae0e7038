-- Relate two entities by hand; the relation and both of them stay whatever documents say.
-- call: SELECT source, target, keywords, description, weight, chunk_count, edited_by FROM rag.create_relation($1, $2, $3, $4, $5, $6, $7, $8)
CREATE OR REPLACE FUNCTION rag.create_relation(
    workspace text, source_name text, target_name text, new_keywords text DEFAULT '', new_description text DEFAULT '',
    new_weight float8 DEFAULT 1, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS TABLE (source text, target text, keywords text, description text, weight float8, chunk_count int, edited_by text)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    tenant int;
    a_id bigint;
    b_id bigint;
    made_id bigint;
BEGIN
    SELECT * INTO tenant, editor FROM rag.begin_edit(workspace, editor);
    a_id := rag.require_entity(tenant, source_name);
    b_id := rag.require_entity(tenant, target_name);
    IF a_id = b_id THEN
        RAISE EXCEPTION 'A relation needs two entities, but "%" and "%" are one.', source_name, target_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    new_weight := rag.check_weight(coalesce(new_weight, 1));
    INSERT INTO sqlrag.relations AS r
        (workspace_id, source_id, target_id, keywords, description, weight, edited_weight, is_reversed, edited_by, edited_at)
    VALUES (tenant, least(a_id, b_id), greatest(a_id, b_id), coalesce(new_keywords, ''), coalesce(new_description, ''),
        new_weight, new_weight, a_id > b_id, editor, now())
    ON CONFLICT DO NOTHING
    RETURNING r.relation_id INTO made_id;
    IF made_id IS NULL THEN
        RAISE EXCEPTION 'There is already a relation between "%" and "%".', source_name, target_name
            USING ERRCODE = 'unique_violation', HINT = 'Edit it instead.';
    END IF;
    PERFORM rag.lift_forgotten(tenant, a_id);
    PERFORM rag.embed_relation(tenant, made_id, embedding);
    PERFORM rag.record_edit(tenant, editor, 'create_relation', r.source || ' — ' || r.target, NULL, to_jsonb(r))
    FROM rag.relation_between(tenant, a_id, b_id) AS r;
    RETURN QUERY SELECT * FROM rag.relation_between(tenant, a_id, b_id);
END;
$$;
COMMENT ON FUNCTION rag.create_relation IS 'Relate two entities by hand. Example: SELECT made.* FROM rag.entity(''default'', ''Ada Lovelace'') AS a, rag.entity(''default'', ''Charles Babbage'') AS b, rag.create_relation(''default'', a.name, b.name, ''colleague'') AS made';
