-- The entity that a name stands for, which must be there.
-- call: SELECT rag.require_entity($1, $2)
CREATE OR REPLACE FUNCTION rag.require_entity(workspace int, name text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found_id bigint := rag.find_entity(workspace, name);
BEGIN
    IF found_id IS NULL THEN
        RAISE EXCEPTION 'There is no entity named "%".', coalesce(left(name, 200), '')
            USING ERRCODE = 'no_data_found', HINT = 'rag.search_entities lists names like it.';
    END IF;
    RETURN found_id;
END;
$$;
COMMENT ON FUNCTION rag.require_entity IS 'The id of the entity that a name stands for, which must be there. Example: SELECT rag.require_entity(1, found.name) FROM rag.search_entities(''default'', ''graham'') AS found';
