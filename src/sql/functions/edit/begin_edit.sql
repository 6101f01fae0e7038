-- Take the graph of a workspace for an edit: nobody else writes it until the transaction ends.
CREATE OR REPLACE FUNCTION sqlrag.begin_edit(workspace int, editor text) RETURNS text
LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
    SELECT coalesce(nullif(btrim(editor), ''), sqlrag.caller())
$$;
