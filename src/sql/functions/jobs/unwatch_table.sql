-- Ends the watching of a table, by the name it began with: its triggers go, its documents too if that is asked for.
-- call: SELECT sqlrag.unwatch_table($1, $2, $3)
-- role: owner
-- example: SELECT rag.unwatch_table('default', 'public.article', delete_documents => true)
CREATE OR REPLACE FUNCTION sqlrag.unwatch_table(workspace int, watched text, delete_documents boolean DEFAULT false)
RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
DECLARE
    ended text;
BEGIN
    DELETE FROM sqlrag.watched_tables AS w
    WHERE w.workspace_id = workspace
        AND (w.name = watched OR sqlrag.watched_relation(w.watch_id) = to_regclass(watched))
    RETURNING w.name INTO ended;
    IF ended IS NOT NULL AND delete_documents THEN
        PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
        DELETE FROM sqlrag.documents AS d
        WHERE d.workspace_id = workspace AND starts_with(d.source_key, ended || '/');
        PERFORM sqlrag.enqueue_upkeep(workspace);
    END IF;
    RETURN ended IS NOT NULL;
EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION 'Table % is in use by a long transaction.', watched
        USING ERRCODE = 'query_canceled', HINT = 'Try again when that is over.';
END;
$$;
