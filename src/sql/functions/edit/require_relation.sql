-- The relation of two entities, by any of their names, which must be there.
CREATE OR REPLACE FUNCTION sqlrag.require_relation(
    workspace int, source_name text, target_name text, OUT relation_id bigint, OUT one bigint, OUT other bigint
)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    one := sqlrag.require_entity(workspace, source_name);
    other := sqlrag.require_entity(workspace, target_name);
    relation_id := (
        SELECT r.relation_id FROM sqlrag.relations AS r
        WHERE r.workspace_id = workspace AND r.source_id = least(one, other) AND r.target_id = greatest(one, other)
    );
    IF relation_id IS NULL THEN
        RAISE EXCEPTION 'There is no relation between "%" and "%".', source_name, target_name
            USING ERRCODE = 'no_data_found', HINT = 'sqlrag.neighbours lists what an entity is related to.';
    END IF;
END;
$$;
