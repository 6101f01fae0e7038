CREATE OR REPLACE FUNCTION rag.grant_workspace(workspace text, grantee name, role text DEFAULT 'reader')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
#variable_conflict use_variable
DECLARE
    found_oid oid := (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = grantee);
    granted int;
BEGIN
    IF workspace IS NOT NULL THEN
        granted := rag.workspace_id(workspace, 'admin');
    ELSIF NOT sqlrag.is_owner() THEN
        RAISE EXCEPTION 'Only an owner of sqlrag grants every workspace.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF found_oid IS NULL THEN
        RAISE EXCEPTION 'There is no role named "%" in this Postgres.', grantee
            USING ERRCODE = 'undefined_object', HINT = format('CREATE ROLE %I LOGIN makes one.', grantee);
    ELSIF pg_has_role(found_oid, (SELECT n.nspowner FROM pg_namespace AS n WHERE n.nspname = 'sqlrag'), 'USAGE') THEN
        RAISE EXCEPTION 'Role "%" owns sqlrag, and needs no grant.', grantee USING ERRCODE = 'invalid_parameter_value';
    ELSIF role IS NULL OR role <> ALL (ARRAY['reader', 'writer', 'admin', 'server']) THEN
        RAISE EXCEPTION 'A workspace is granted to a reader, writer or admin, not to "%".', role
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF role = 'server' AND workspace IS NOT NULL THEN
        RAISE EXCEPTION 'A server works on every workspace.'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Write NULL for the workspace.';
    END IF;
    INSERT INTO sqlrag.grants AS g (workspace_id, grantee, grantee_oid, role, granted_by)
    VALUES (granted, grantee, found_oid, role, sqlrag.caller())
    ON CONFLICT ON CONSTRAINT one_grant_per_grantee_and_workspace DO UPDATE
    SET grantee_oid = excluded.grantee_oid, role = excluded.role, granted_by = excluded.granted_by, granted_at = now();
    IF workspace IS NULL THEN  -- it may have been a server
        PERFORM sqlrag.close_schemas(grantee);
    END IF;
    PERFORM sqlrag.open_to_granted(grantee);
END;
$$;
COMMENT ON FUNCTION rag.grant_workspace IS
    'Lets a role of this Postgres use a workspace by schema rag, as a reader, writer or admin; NULL is every '
    'workspace. Granted anew, the role is the new one; server, of every one, is what sqlrag may connect as. '
    'Example: SELECT rag.grant_workspace(''default'', ''pg_monitor'', ''reader'')';
