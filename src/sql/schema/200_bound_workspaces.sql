-- Policies of tables depend on these functions, which are therefore no files that are laid anew.
CREATE FUNCTION sqlrag.require_workspace() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RAISE EXCEPTION 'This session is bound to no workspace, and its role is shown the rows of one at a time.'
        USING ERRCODE = 'insufficient_privilege',
        HINT = 'SET sqlrag.workspace = ''the id of a workspace'', or use the functions of schema rag.';
END;
$$;
COMMENT ON FUNCTION sqlrag.require_workspace IS 'An error, where a setting says no workspace.';

CREATE FUNCTION sqlrag.bound_workspace() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('sqlrag.workspace', true), ''), sqlrag.require_workspace())::int
$$;
COMMENT ON FUNCTION sqlrag.bound_workspace IS
    'The workspace whose rows a server is shown in this session, by the setting sqlrag.workspace.';
