-- Opens a guarded table to a server, to which it shows the rows of the workspace that its session is bound to; nobody
-- waits for a table that is open.
CREATE OR REPLACE FUNCTION sqlrag.open_table(guarded regclass, grantee name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    opens name := 'rows_for_' || grantee;
    binds name := 'binds_' || grantee;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = guarded AND p.polname = opens) THEN
        EXECUTE format('CREATE POLICY %I ON %s TO %I USING (true)', opens, guarded, grantee);
    END IF;
    -- Restrictive: what the server is granted besides, which is every workspace, opens no more.
    IF NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = guarded AND p.polname = binds) THEN
        EXECUTE format('CREATE POLICY %I ON %s AS RESTRICTIVE TO %I
            USING (workspace_id = (SELECT sqlrag.bound_workspace()))', binds, guarded, grantee);
    END IF;
END;
$$;
