CREATE TABLE sqlrag.grants (
    grant_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id int REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    grantee name NOT NULL,
    grantee_oid oid NOT NULL,
    role text NOT NULL,
    granted_by name NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_grant_per_grantee_and_workspace UNIQUE NULLS NOT DISTINCT (workspace_id, grantee),
    CONSTRAINT role_of_a_grant_is_known CHECK (role IN ('reader', 'writer', 'admin', 'server')),
    CONSTRAINT server_is_granted_every_workspace CHECK (role <> 'server' OR workspace_id IS NULL)
);
COMMENT ON TABLE sqlrag.grants IS
    'Which roles of this Postgres may use which workspace by the functions and views of schema rag, and as what. '
    'Owners of the schema need no grant.';
COMMENT ON COLUMN sqlrag.grants.workspace_id IS 'NULL: every one, also those that are made later.';
COMMENT ON COLUMN sqlrag.grants.grantee_oid IS
    'Which role had the name: another that has it later, or in another server, has nothing until grants are renewed.';
COMMENT ON COLUMN sqlrag.grants.role IS
    'reader looks and asks, writer also changes documents, graph and jobs, admin also grants and prunes; server is '
    'what the programs of sqlrag connect as.';

-- Policies of tables depend on these functions, which are therefore no files that are laid anew.
CREATE FUNCTION sqlrag.caller() RETURNS name
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END
$$;
COMMENT ON FUNCTION sqlrag.caller IS
    'The role that asks: who has logged in, or whom that has become by SET ROLE. In functions that run with the rights '
    'of their owner current_user is the owner.';

CREATE FUNCTION sqlrag.valid_grants() RETURNS SETOF sqlrag.grants
LANGUAGE sql STABLE PARALLEL SAFE ROWS 4 AS $$
    SELECT g.*
    FROM sqlrag.grants AS g
    JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee_oid AND r.rolname = g.grantee
    WHERE pg_has_role(sqlrag.caller(), r.oid, 'USAGE')
$$;
COMMENT ON FUNCTION sqlrag.valid_grants IS
    'The grants that the caller has, by itself or as a member, of roles that are still those they were given to.';

CREATE FUNCTION sqlrag.granted_workspaces() RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT w.workspace_id), '{}')
    FROM sqlrag.valid_grants() AS g
    JOIN sqlrag.workspaces AS w ON w.workspace_id = g.workspace_id OR g.workspace_id IS NULL
$$;
COMMENT ON FUNCTION sqlrag.granted_workspaces IS 'The workspaces whose rows the caller may read.';

-- Once per statement, and a condition that an index on the workspace can be searched by.
CREATE FUNCTION sqlrag.guard_table(guarded regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY rows_of_granted_workspaces ON %s FOR SELECT
        USING (workspace_id = ANY ((SELECT sqlrag.granted_workspaces())::int[]))', guarded);
END;
$$;
COMMENT ON FUNCTION sqlrag.guard_table IS
    'Shows who does not own a table the rows of workspaces that are granted to him; for every table that has a '
    'workspace_id.';

SELECT sqlrag.guard_table(a.attrelid)
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = 'sqlrag'::regnamespace AND c.relkind = 'r' AND a.attname = 'workspace_id' AND NOT a.attisdropped;
