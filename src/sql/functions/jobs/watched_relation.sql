-- The table that has the triggers of a watch, whatever it is called by now; NULL where none has.
CREATE OR REPLACE FUNCTION sqlrag.watched_relation(watch int) RETURNS regclass
LANGUAGE sql STABLE AS $$
    SELECT t.tgrelid::regclass FROM pg_trigger AS t
    WHERE t.tgname = format('sqlrag_watch_%s_insert', watch) AND t.tgparentid = 0
        -- By its parts: who may read the view of watched tables need not be able to name what is in schema sqlrag.
        AND t.tgfoid IN (SELECT p.oid FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname = 'sqlrag' AND p.proname = 'note_changes')
    LIMIT 1
$$;
