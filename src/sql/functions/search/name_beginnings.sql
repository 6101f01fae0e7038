-- Which of some words a name of several begins with. With the rights of the owner: the range of such names could not be
-- looked up in the index while a policy has to hold of a row first.
CREATE OR REPLACE FUNCTION sqlrag.name_beginnings(workspace int, words text[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM sqlrag.check_binding(workspace);
    RETURN ARRAY(
        SELECT word FROM unnest(words) AS word
        WHERE EXISTS (SELECT FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace
                AND a.name_key >= (word || ' ') COLLATE "C" AND a.name_key < (word || '!') COLLATE "C")
    );
END;
$$;
REVOKE EXECUTE ON FUNCTION sqlrag.name_beginnings(int, text[]) FROM PUBLIC;
