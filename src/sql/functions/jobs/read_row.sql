-- A row of a watched table as it is now; none where it is gone, left out by the condition, or without text.
-- call: SELECT * FROM sqlrag.read_row($1, $2, $3)
CREATE OR REPLACE FUNCTION sqlrag.read_row(workspace int, watch int, key text)
RETURNS TABLE (content text, title text, metadata jsonb, media_type text)
LANGUAGE plpgsql ROWS 1
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET row_security = off AS $$
DECLARE
    watched sqlrag.watched_tables;
    opened record;
BEGIN
    SELECT * INTO watched FROM sqlrag.watched_tables AS w WHERE w.workspace_id = workspace AND w.watch_id = watch;
    SELECT * INTO opened FROM sqlrag.open_watched_table(watch, watched.name, watched.key_column);
    RETURN QUERY EXECUTE format(
        $query$
            SELECT t.%1$I::text, coalesce(%2$s, ''), jsonb_build_object(%3$s), %4$L
            FROM %5$s AS t
            WHERE t.%6$I = CAST($1 AS %7$s) AND (%8$s) AND t.%1$I::text ~ '\S'
        $query$, watched.text_column, coalesce('t.' || quote_ident(watched.title_column) || '::text', 'NULL'), (
            SELECT string_agg(format('%1$L, t.%1$I', name), ', ') FROM unnest(watched.metadata_columns) AS name
        ), watched.media_type, opened.relation, watched.key_column, opened.key_type, coalesce(watched.condition, 'true')
    ) USING key;
EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
    RAISE EXCEPTION 'Table % cannot be read: %.', watched.name, rtrim(sqlerrm, '.')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Watch it again by columns that it has.';
END;
$$;
