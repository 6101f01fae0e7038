-- The entity that a name stands for, which must be there.
CREATE OR REPLACE FUNCTION sqlrag.require_entity(workspace int, name text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found_id bigint := sqlrag.find_entity(workspace, name);
BEGIN
    IF found_id IS NULL THEN
        RAISE EXCEPTION 'There is no entity named "%".', coalesce(left(name, 200), '')
            USING ERRCODE = 'no_data_found', HINT = 'sqlrag.search_entities lists names like it.';
    END IF;
    RETURN found_id;
END;
$$;
