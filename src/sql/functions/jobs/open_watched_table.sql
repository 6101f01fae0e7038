-- The table that is watched by a name, and the type of its key; refuses one that is no longer there.
CREATE OR REPLACE FUNCTION sqlrag.open_watched_table(
    watch int, name text, key_column text, OUT relation regclass, OUT key_type text
)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    relation := sqlrag.watched_relation(watch);
    key_type := (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a
        WHERE a.attrelid = relation AND a.attname = key_column);
    IF key_type IS NULL THEN
        RAISE EXCEPTION 'Table % is no longer there, or has lost its triggers or its key.', name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Watch it again, or end it by unwatch_table.';
    END IF;
END;
$$;
