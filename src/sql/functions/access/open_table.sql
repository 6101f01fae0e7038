-- Opens every row of a guarded table to a server; nobody waits for a table that is open.
CREATE OR REPLACE FUNCTION sqlrag.open_table(guarded regclass, grantee name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    policy name := 'rows_for_' || grantee;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = guarded AND p.polname = policy) THEN
        EXECUTE format('CREATE POLICY %I ON %s TO %I USING (true)', policy, guarded, grantee);
    END IF;
END;
$$;
