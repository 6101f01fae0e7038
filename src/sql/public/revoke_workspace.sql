CREATE OR REPLACE FUNCTION rag.revoke_workspace(workspace text, grantee name) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    revoked int;
    was text;
BEGIN
    IF workspace IS NOT NULL THEN
        revoked := rag.workspace_id(workspace, 'admin');
    ELSIF NOT sqlrag.is_owner() THEN
        RAISE EXCEPTION 'Only an owner of sqlrag revokes every workspace.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM sqlrag.grants AS g
    WHERE g.workspace_id IS NOT DISTINCT FROM revoked AND g.grantee = $2
    RETURNING g.role INTO was;
    -- Open schemas without a grant show nothing. An admin of a workspace takes no more than his grants: what a role may
    -- besides, by others or by hand, is the owner's to take.
    IF was IS NOT NULL AND sqlrag.is_owner()
        AND EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = grantee)
    THEN
        PERFORM sqlrag.close_schemas(grantee);
        PERFORM sqlrag.open_to_granted(grantee);
    END IF;
    RETURN was IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION rag.revoke_workspace IS
    'Takes a workspace from a role of this Postgres, NULL what it has of every one; returns whether it had it. '
    'Example: SELECT rag.revoke_workspace(''default'', ''pg_monitor'')';
