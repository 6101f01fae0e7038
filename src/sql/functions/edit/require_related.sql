-- The relation of two entities, by any of their names, which must be there.
CREATE OR REPLACE FUNCTION sqlrag.require_related(workspace int, source_name text, target_name text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found_id bigint := sqlrag.find_relation(workspace, source_name, target_name);
BEGIN
    IF found_id IS NULL THEN
        PERFORM sqlrag.require_entity(workspace, source_name);
        PERFORM sqlrag.require_entity(workspace, target_name);
        RAISE EXCEPTION 'There is no relation between "%" and "%".', source_name, target_name
            USING ERRCODE = 'no_data_found', HINT = 'sqlrag.neighbours lists what an entity is related to.';
    END IF;
    RETURN found_id;
END;
$$;
