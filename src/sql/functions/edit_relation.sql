-- Change the keywords, description or weight of a relation; NULL leaves one as it is.
-- call: SELECT source, target, keywords, description, weight, chunk_count, edited_by FROM rag.edit_relation($1, $2, $3, $4, $5, $6, $7, $8)
CREATE OR REPLACE FUNCTION rag.edit_relation(
    workspace text, source_name text, target_name text, new_keywords text DEFAULT NULL, new_description text DEFAULT NULL,
    new_weight float8 DEFAULT NULL, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS TABLE (source text, target text, keywords text, description text, weight float8, chunk_count int, edited_by text)
LANGUAGE plpgsql ROWS 1 AS $$
DECLARE
    tenant int;
    edited_id bigint;
    a_id bigint;
    b_id bigint;
    old jsonb;
BEGIN
    SELECT * INTO tenant, editor FROM rag.begin_edit(workspace, editor);
    SELECT * INTO edited_id, a_id, b_id FROM rag.require_relation(tenant, source_name, target_name);
    IF (new_keywords, new_description, new_weight) IS NULL THEN
        RAISE EXCEPTION 'There is nothing to change between "%" and "%": give new keywords, a description or a weight.', source_name, target_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    new_weight := rag.check_weight(new_weight);
    old := (SELECT to_jsonb(r) FROM rag.relation_between(tenant, a_id, b_id) AS r);
    UPDATE sqlrag.relations AS r
    SET keywords = coalesce(new_keywords, r.keywords), description = coalesce(new_description, r.description),
        edited_weight = coalesce(new_weight, r.edited_weight), weight = coalesce(new_weight, r.weight), edited_by = editor, edited_at = now()
    WHERE r.workspace_id = tenant AND r.relation_id = edited_id;
    PERFORM rag.embed_relation(tenant, edited_id, embedding);
    PERFORM rag.record_edit(tenant, editor, 'edit_relation', r.source || ' — ' || r.target, old, to_jsonb(r))
    FROM rag.relation_between(tenant, a_id, b_id) AS r;
    RETURN QUERY SELECT * FROM rag.relation_between(tenant, a_id, b_id);
END;
$$;
COMMENT ON FUNCTION rag.edit_relation IS 'Change a relation. Example: SELECT edited.* FROM rag.neighbours(''default'', ''Viaweb'') AS n, rag.edit_relation(''default'', ''Viaweb'', n.name, new_weight => 2 * n.weight) AS edited';
