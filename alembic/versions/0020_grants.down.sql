DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN
        SELECT p.polname, p.polrelid::regclass AS guarded FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
        WHERE c.relnamespace = 'sqlrag'::regnamespace
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', policy.polname, policy.guarded);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', policy.guarded);
    END LOOP;
END;
$$;
DROP FUNCTION sqlrag.guard_table, sqlrag.granted_workspaces, sqlrag.valid_grants, sqlrag.caller;
DROP VIEW IF EXISTS rag.grants;
DROP TABLE sqlrag.grants;
