CREATE OR REPLACE FUNCTION rag.workspace_id(workspace text, role text DEFAULT 'reader') RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
#variable_conflict use_variable
DECLARE
    ranks text[] := ARRAY['reader', 'writer', 'admin', 'server'];
    found_id int := (SELECT w.workspace_id FROM sqlrag.workspaces AS w WHERE w.name = workspace);
    rank int;
BEGIN
    IF found_id IS NOT NULL AND sqlrag.is_owner() THEN
        RETURN found_id;
    END IF;
    SELECT max(array_position(ranks, g.role)) INTO rank
    FROM sqlrag.valid_grants() AS g
    WHERE found_id IS NOT NULL AND (g.workspace_id = found_id OR g.workspace_id IS NULL);
    IF rank IS NULL THEN  -- of one that is not the caller's nothing is told, not even that it is there
        RAISE EXCEPTION 'There is no workspace named "%".', workspace
            USING ERRCODE = 'no_data_found',
                HINT = 'Ingest a document into it to make it; rag.workspaces lists those there are.';
    ELSIF rank < array_position(ranks, role) THEN
        RAISE EXCEPTION 'Role "%" is % of workspace "%", which takes %.', sqlrag.caller(), ranks[rank], workspace,
                CASE role WHEN 'writer' THEN 'a writer' ELSE 'an admin' END
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('An owner may SELECT rag.grant_workspace(%L, %L, %L).', workspace, sqlrag.caller(), role);
    END IF;
    RETURN found_id;
END;
$$;
COMMENT ON FUNCTION rag.workspace_id IS
    'The id of a workspace, by its name, for who is granted it as a reader, writer or admin. '
    'Example: SELECT rag.workspace_id(''default'')';
