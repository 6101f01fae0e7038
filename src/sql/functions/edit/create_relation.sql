-- Relate two entities by hand; the relation and both of them stay whatever documents say.
-- call: SELECT * FROM sqlrag.create_relation($1, $2, $3, $4, $5, $6, $7, $8) WHERE sqlrag.stays_in_space($1, $9)
-- example: SELECT made.* FROM rag.entity('default', 'Ada Lovelace') AS a, rag.entity('default', 'Charles Babbage')
--  AS b, rag.create_relation('default', a.name, b.name, 'colleague') AS made
CREATE OR REPLACE FUNCTION sqlrag.create_relation(
    workspace int, source_name text, target_name text, new_keywords text DEFAULT '', new_description text DEFAULT '',
    new_weight float8 DEFAULT 1, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.relation_details
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    a_id bigint;
    b_id bigint;
    made_id bigint;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    a_id := sqlrag.require_entity(workspace, source_name);
    b_id := sqlrag.require_entity(workspace, target_name);
    IF a_id = b_id THEN
        RAISE EXCEPTION 'A relation needs two entities, but "%" and "%" are one.', source_name, target_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    new_weight := sqlrag.check_weight(coalesce(new_weight, 1));
    INSERT INTO sqlrag.relations AS r
        (workspace_id, source_id, target_id, keywords, description, weight, edited_weight, is_reversed, edited_by,
        edited_at, is_made_by_hand)
    VALUES (workspace, least(a_id, b_id), greatest(a_id, b_id), coalesce(new_keywords, ''),
        coalesce(new_description, ''), new_weight, new_weight, a_id > b_id, editor, now(),
        true)
    ON CONFLICT DO NOTHING
    RETURNING r.relation_id INTO made_id;
    IF made_id IS NULL THEN
        RAISE EXCEPTION 'There is already a relation between "%" and "%".', source_name, target_name
            USING ERRCODE = 'unique_violation', HINT = 'Edit it instead.';
    END IF;
    PERFORM sqlrag.lift_forgotten(workspace, a_id);
    PERFORM sqlrag.embed_relation(workspace, made_id, embedding);
    RETURN QUERY SELECT r.* FROM sqlrag.relation(workspace, source_name, target_name) AS r
        CROSS JOIN LATERAL sqlrag.record_edit(
            workspace, editor, 'create_relation', r.source || ' — ' || r.target, NULL, to_jsonb(r));
END;
$$;
