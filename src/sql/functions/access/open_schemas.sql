-- Lets a role name what is in schema rag, and read what its views read, whose rows are guarded; a server also what is
-- in schema sqlrag, now and after later revisions.
CREATE OR REPLACE FUNCTION sqlrag.open_schemas(grantee name, is_server boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- What no policy guards, what no view of a workspace reads, and conversations, which are whose who began them.
    hidden text[] := ARRAY[
        'alembic_version', 'audit', 'conversations', 'key_limits', 'keys', 'model_limits', 'prices', 'replies', 'turns',
        'uploads'
    ];
    of_the_server text[] := ARRAY['audit', 'conversations', 'health', 'keys', 'providers', 'turns', 'workers'];
    relation record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA rag TO %I', grantee);
    FOR relation IN
        SELECT c.oid::regclass AS name, c.relkind, EXISTS (
            SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id'
        ) AS is_guarded
        FROM pg_class AS c
        WHERE c.relnamespace = 'rag'::regnamespace AND c.relkind = 'v' AND c.relname <> ALL (of_the_server)
            OR c.relnamespace = 'sqlrag'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL (hidden)
            OR c.relnamespace IN ('rag'::regnamespace, 'sqlrag'::regnamespace) AND c.relkind IN ('r', 'v') AND is_server
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO %I', relation.name, grantee);
        IF is_server AND relation.relkind = 'r' AND relation.is_guarded THEN
            PERFORM sqlrag.open_table(relation.name, grantee);
        END IF;
    END LOOP;
    IF is_server THEN
        EXECUTE format('GRANT USAGE ON SCHEMA sqlrag, sqlrag_readable, sqlrag_every TO %I', grantee);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA sqlrag_readable TO %I', grantee);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA sqlrag_every TO %I', grantee);
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sqlrag, sqlrag_every TO %I', grantee);
        EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA sqlrag, sqlrag_readable TO %I', grantee);
        EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA sqlrag TO %I', grantee);
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON sqlrag.alembic_version, sqlrag.grants FROM %I', grantee);
    END IF;
END;
$$;
