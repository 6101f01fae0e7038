CREATE OR REPLACE FUNCTION rag.renew_grants(workspace text DEFAULT NULL)
RETURNS TABLE (granted_workspace text, grantee name, role text, renewed boolean)
LANGUAGE plpgsql SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
    wanted int;
BEGIN
    IF NOT sqlrag.is_owner() THEN
        RAISE EXCEPTION 'Only an owner of sqlrag renews grants.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    wanted := CASE WHEN $1 IS NOT NULL THEN rag.workspace_id($1) END;
    UPDATE sqlrag.grants AS g SET grantee_oid = r.oid
    FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = g.grantee AND (wanted IS NULL OR g.workspace_id = wanted);
    PERFORM sqlrag.open_to_granted();
    RETURN QUERY
    SELECT w.name, g.grantee, g.role, r.oid IS NOT NULL
    FROM sqlrag.grants AS g
    LEFT JOIN sqlrag.workspaces AS w ON w.workspace_id = g.workspace_id
    LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee_oid AND r.rolname = g.grantee
    WHERE wanted IS NULL OR g.workspace_id = wanted
    ORDER BY w.name, g.grantee;
END;
$$;
COMMENT ON FUNCTION rag.renew_grants IS
    'Gives each grant to the role that has its name now, as after pg_restore into another server, of one workspace or '
    'of all; false: there is no such role. '
    'Example: SELECT * FROM rag.renew_grants()';
