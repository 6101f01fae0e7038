-- Refuses a workspace that the session is bound beside, for functions that run with the rights of their owner.
CREATE OR REPLACE FUNCTION sqlrag.check_binding(workspace int) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF nullif(current_setting('sqlrag.workspace', true), '')::int <> workspace THEN
        RAISE EXCEPTION 'This session is bound to another workspace.' USING ERRCODE = 'insufficient_privilege';
    END IF;
END;
$$;
