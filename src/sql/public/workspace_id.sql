CREATE OR REPLACE FUNCTION rag.workspace_id(workspace text) RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    found_id int := (SELECT w.workspace_id FROM sqlrag.workspaces AS w WHERE w.name = workspace);
BEGIN
    IF found_id IS NULL THEN
        RAISE EXCEPTION 'There is no workspace named "%".', workspace
            USING ERRCODE = 'no_data_found',
                HINT = 'Ingest a document into it to make it; rag.workspaces lists those there are.';
    END IF;
    RETURN found_id;
END;
$$;
COMMENT ON FUNCTION rag.workspace_id IS
    'The id of a workspace, by its name. '
    'Example: SELECT rag.workspace_id(''default'')';
