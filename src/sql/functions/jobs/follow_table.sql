-- Enqueues rows of a watched table after a key, at the end the documents that have none; the last key, or NULL.
-- call: SELECT sqlrag.follow_table($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION sqlrag.follow_table(workspace int, watch int, track uuid, after text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET row_security = off AS $$
DECLARE
    watched sqlrag.watched_tables;
    opened record;
    keys text[];
BEGIN
    SELECT * INTO watched FROM sqlrag.watched_tables AS w WHERE w.workspace_id = workspace AND w.watch_id = watch;
    SELECT * INTO opened FROM sqlrag.open_watched_table(watch, watched.name, watched.key_column);
    -- So many in a transaction that who writes one of them does not wait for long.
    EXECUTE format(
        $query$
            SELECT array_agg(k.key::text ORDER BY k.key)
            FROM (
                SELECT t.%1$I AS key FROM %2$s AS t
                WHERE %3$s AND t.%1$I IS NOT NULL AND ($1 IS NULL OR t.%1$I > CAST($1 AS %4$s))
                ORDER BY t.%1$I
                LIMIT 5000
            ) AS k
        $query$, watched.key_column, opened.relation, coalesce(watched.condition, 'true'), opened.key_type
    ) INTO keys USING after;
    IF keys IS NULL THEN
        EXECUTE format(
            $query$
                SELECT array_agg(d.key)
                FROM (
                    SELECT substr(d.source_key, length($2) + 2) AS key FROM sqlrag.documents AS d
                    WHERE d.workspace_id = $1 AND starts_with(d.source_key, $2 || '/')
                ) AS d
                WHERE NOT EXISTS (SELECT FROM %2$s AS t WHERE t.%1$I::text = d.key AND %3$s)
            $query$, watched.key_column, opened.relation, coalesce(watched.condition, 'true')
        ) INTO keys USING workspace, watched.name;
        PERFORM sqlrag.enqueue_rows(workspace, watch, keys, track, -10);
        RETURN NULL;
    END IF;
    -- After what changes meanwhile.
    PERFORM sqlrag.enqueue_rows(workspace, watch, keys, track, -10);
    RETURN keys[cardinality(keys)];
EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
    RAISE EXCEPTION 'Table % cannot be read: %.', watched.name, rtrim(sqlerrm, '.')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Watch it again by columns that it has.';
END;
$$;
