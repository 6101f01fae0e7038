-- Take the graph of a workspace for an edit: nobody else writes it until the transaction ends.
-- call: SELECT workspace_id, who FROM rag.begin_edit($1, $2)
CREATE OR REPLACE FUNCTION rag.begin_edit(workspace text, editor text, OUT workspace_id int, OUT who text)
LANGUAGE plpgsql AS $$
BEGIN
    workspace_id := rag.workspace_id(workspace);
    who := coalesce(nullif(btrim(editor), ''), current_user);
    PERFORM pg_advisory_xact_lock(716253403, workspace_id);
END;
$$;
COMMENT ON FUNCTION rag.begin_edit IS 'Take the graph of a workspace for an edit; who edits is the role where nobody is named. Example: SELECT * FROM rag.begin_edit(''default'', NULL)';
