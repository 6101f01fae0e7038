-- Takes from a role what open_schemas gave it.
CREATE OR REPLACE FUNCTION sqlrag.close_schemas(grantee name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    policy name := 'rows_for_' || grantee;
    guarded regclass;
BEGIN
    EXECUTE format('REVOKE USAGE ON SCHEMA rag, sqlrag, sqlrag_readable FROM %I', grantee);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA rag, sqlrag, sqlrag_readable FROM %I', grantee);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA sqlrag FROM %I', grantee);
    FOR guarded IN SELECT p.polrelid FROM pg_policy AS p WHERE p.polname = policy LOOP
        EXECUTE format('DROP POLICY %I ON %s', policy, guarded);
    END LOOP;
END;
$$;
