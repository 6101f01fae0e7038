-- Takes from a role what open_schemas gave it.
CREATE OR REPLACE FUNCTION sqlrag.close_schemas(grantee name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    EXECUTE format('REVOKE USAGE ON SCHEMA rag, sqlrag, sqlrag_readable, sqlrag_every FROM %I', grantee);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA rag, sqlrag, sqlrag_readable, sqlrag_every FROM %I', grantee);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sqlrag, sqlrag_readable FROM %I', grantee);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA sqlrag FROM %I', grantee);
    FOR opened IN
        SELECT p.polname AS policy, p.polrelid::regclass AS guarded
        FROM pg_policy AS p
        WHERE p.polname IN (('rows_for_' || grantee)::name, ('binds_' || grantee)::name)
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', opened.policy, opened.guarded);
    END LOOP;
END;
$$;
