-- Offers a function by id to people: the same in schema rag, by the name of a workspace, with what is told of it. It
-- has the rights of its owner and asks for a grant of the workspace as that role; for owners only, it has the caller's.
CREATE OR REPLACE FUNCTION sqlrag.publish(published text, told text, role text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    function record;
    head text;
BEGIN
    SELECT p.oid, p.pronargs, p.provolatile, pg_get_function_identity_arguments(p.oid) AS arguments INTO STRICT function
    FROM pg_proc AS p
    WHERE p.pronamespace = 'sqlrag'::regnamespace AND p.proname = published
        -- One that is laid now: those of before may not be dropped yet.
        AND age(p.xmin) <= age(pg_current_xact_id()::xid);
    -- Its head as it stands, but for the workspace, the language and settings, which belong to the body.
    head := split_part(pg_get_functiondef(function.oid), E'\nAS ', 1);
    head := regexp_replace(head, 'FUNCTION sqlrag\.(\w+)\(workspace integer', 'FUNCTION rag.\1(workspace text');
    head := regexp_replace(regexp_replace(head, '\n LANGUAGE \w+', E'\n LANGUAGE sql'), '\n SET [^\n]+', '', 'g');
    IF role = 'owner' THEN
        role := 'admin';
    ELSE
        head := head || E'\n SECURITY DEFINER';
        role := coalesce(role, CASE function.provolatile WHEN 'v' THEN 'writer' ELSE 'reader' END);
    END IF;
    EXECUTE format('%s AS $body$ SELECT * FROM sqlrag.%I((SELECT rag.workspace_id($1, %L))%s) $body$', head, published,
        role, (SELECT string_agg(', $' || place, '' ORDER BY place) FROM generate_series(2, function.pronargs) AS place)
    );
    EXECUTE format('COMMENT ON FUNCTION rag.%I(%s) IS %L', published,
        regexp_replace(function.arguments, '^workspace integer', 'workspace text'), told);
END;
$$;
