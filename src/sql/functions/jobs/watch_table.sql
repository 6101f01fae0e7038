-- Makes documents of the rows of a table, those there are and all that changes; returns the track of those there are.
-- call: SELECT sqlrag.watch_table($1, $2, $3, $4, $5, $6, $7, $8)
-- role: owner
-- example: SELECT rag.watch_table('default', 'public.article', 'id', 'body', title => 'title')
CREATE OR REPLACE FUNCTION sqlrag.watch_table(
    workspace int, watched text, key text, body text, title text DEFAULT NULL, metadata text[] DEFAULT '{}',
    condition text DEFAULT NULL, media_type text DEFAULT 'text/plain'
)
RETURNS uuid
-- While it waits for the table, writers of the table wait for it.
LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
#variable_conflict use_variable
DECLARE
    relation regclass := to_regclass(watched);
    wanted sqlrag.watched_tables;
    columns text[] := array_remove(ARRAY[key, body, title] || metadata, NULL);
    reads record;
    by_row boolean;
    lists_columns boolean;
    track uuid := gen_random_uuid();
BEGIN
    PERFORM sqlrag.check_watchable(watched, relation, key, columns);
    SELECT * INTO reads FROM sqlrag.read_condition(relation, condition);
    SELECT n.nspname || '.' || c.relname, c.relkind = 'p',
        -- A trigger may change a column that the statement did not name.
        NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 19 = 19)
    INTO wanted.name, by_row, lists_columns
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation;
    PERFORM FROM rag.watched_tables AS w
    WHERE w.workspace_id = workspace AND w.name = wanted.name AND w.status = 'watching'
        AND (w.key_column, w.text_column, w.metadata_columns, w.media_type) = (key, body, metadata, media_type)
        AND (w.title_column, w.condition) IS NOT DISTINCT FROM (title, reads.condition);
    IF FOUND THEN
        RETURN NULL;
    END IF;
    DELETE FROM sqlrag.watched_tables AS w WHERE w.workspace_id = workspace AND w.name = wanted.name;
    INSERT INTO sqlrag.watched_tables AS w (
        workspace_id, name, key_column, text_column, title_column, metadata_columns, condition, media_type
    )
    VALUES (workspace, wanted.name, key, body, title, metadata, reads.condition, media_type)
    RETURNING w.watch_id INTO wanted.watch_id;
    PERFORM sqlrag.add_triggers(
        relation, workspace, wanted.watch_id, columns || coalesce(reads.reads, '{}'), by_row, lists_columns
    );
    PERFORM sqlrag.enqueue_table(workspace, wanted.watch_id, track);
    RETURN track;
EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION 'Table % is in use by a long transaction.', watched
        USING ERRCODE = 'query_canceled', HINT = 'Try again when that is over.';
END;
$$;
