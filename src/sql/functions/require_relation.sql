-- The relation of two entities, by any of their names, which must be there.
-- call: SELECT relation_id, one, other FROM rag.require_relation($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.require_relation(
    workspace int, source_name text, target_name text, OUT relation_id bigint, OUT one bigint, OUT other bigint
)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    one := rag.require_entity(workspace, source_name);
    other := rag.require_entity(workspace, target_name);
    relation_id := (
        SELECT r.relation_id FROM sqlrag.relations AS r
        WHERE r.workspace_id = workspace AND r.source_id = least(one, other) AND r.target_id = greatest(one, other)
    );
    IF relation_id IS NULL THEN
        RAISE EXCEPTION 'There is no relation between "%" and "%".', source_name, target_name
            USING ERRCODE = 'no_data_found', HINT = 'rag.neighbours lists what an entity is related to.';
    END IF;
END;
$$;
COMMENT ON FUNCTION rag.require_relation IS 'The relation of two entities, which must be there. Example: SELECT found.* FROM rag.neighbours(''default'', ''Viaweb'') AS n, rag.require_relation(1, ''Viaweb'', n.name) AS found';
