-- Change the keywords, description or weight of a relation; NULL leaves one as it is.
-- call: SELECT * FROM sqlrag.edit_relation($1, $2, $3, $4, $5, $6, $7, $8) WHERE sqlrag.stays_in_space($1, $9)
-- example: SELECT edited.* FROM rag.neighbours('default', 'Viaweb') AS n, rag.edit_relation('default', 'Viaweb',
--  n.name, new_weight => 2 * n.weight) AS edited
CREATE OR REPLACE FUNCTION sqlrag.edit_relation(
    workspace int, source_name text, target_name text, new_keywords text DEFAULT NULL, new_description text DEFAULT
    NULL, new_weight float8 DEFAULT NULL, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.relation_details
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    edited_id bigint;
    old jsonb;
BEGIN
    editor := sqlrag.begin_edit(workspace, editor);
    edited_id := sqlrag.require_related(workspace, source_name, target_name);
    IF (new_keywords, new_description, new_weight) IS NULL THEN
        RAISE EXCEPTION 'There is nothing to change between "%" and "%": give new keywords, a description or a weight.',
            source_name, target_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    new_weight := sqlrag.check_weight(new_weight);
    old := (SELECT to_jsonb(r) FROM sqlrag.relation(workspace, source_name, target_name) AS r);
    UPDATE sqlrag.relations AS r
    SET keywords = coalesce(new_keywords, r.keywords), description = coalesce(new_description, r.description),
        edited_weight = coalesce(new_weight, r.edited_weight), weight = coalesce(new_weight, r.weight),
        edited_by = editor, edited_at = now()
    WHERE r.workspace_id = workspace AND r.relation_id = edited_id;
    PERFORM sqlrag.embed_relation(workspace, edited_id, embedding);
    RETURN QUERY SELECT r.* FROM sqlrag.relation(workspace, source_name, target_name) AS r
        CROSS JOIN LATERAL sqlrag.record_edit(
            workspace, editor, 'edit_relation', r.source || ' — ' || r.target, old, to_jsonb(r));
END;
$$;
