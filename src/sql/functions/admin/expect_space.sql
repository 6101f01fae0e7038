-- Refuses vectors of another space than the workspace's, which may have been switched since they were made; NULL: none.
CREATE OR REPLACE FUNCTION sqlrag.expect_space(workspace int, space int) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF (SELECT w.space_id FROM sqlrag.workspaces AS w WHERE w.workspace_id = workspace) <> space THEN
        RAISE EXCEPTION 'The workspace has changed to other embeddings; ask again.'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN true;
END;
$$;
