-- The table that has the triggers of a watch, whatever it is called by now; NULL where none has.
CREATE OR REPLACE FUNCTION sqlrag.watched_relation(watch int) RETURNS regclass
LANGUAGE sql STABLE AS $$
    SELECT t.tgrelid::regclass FROM pg_trigger AS t
    WHERE t.tgname = format('sqlrag_watch_%s_insert', watch) AND t.tgparentid = 0
        AND t.tgfoid = 'sqlrag.note_changes'::regproc
    LIMIT 1
$$;
