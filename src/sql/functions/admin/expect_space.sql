-- Refuses vectors of another space than the workspace's, which may have been switched since they were made (NULL:
-- none), and a workspace that is gone, whose name may have another id by now.
CREATE OR REPLACE FUNCTION sqlrag.expect_space(workspace int, space int) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    found_space int;
BEGIN
    SELECT w.space_id INTO found_space FROM sqlrag.workspaces AS w WHERE w.workspace_id = workspace;
    IF NOT FOUND OR found_space <> space THEN
        RAISE EXCEPTION 'The workspace %; ask again.',
                CASE WHEN FOUND THEN 'has changed to other embeddings' ELSE 'was dropped' END
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN true;
END;
$$;
