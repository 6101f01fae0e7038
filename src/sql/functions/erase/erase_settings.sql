-- Takes words from what people configured: settings, schedules, names of keys, watched tables.
CREATE OR REPLACE FUNCTION sqlrag.erase_settings(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH setting AS (
        UPDATE sqlrag.workspaces AS w
        SET settings = (
            SELECT coalesce(jsonb_object_agg(s.key, s.value), '{}') FROM jsonb_each(w.settings) AS s
            WHERE NOT sqlrag.says(sqlrag.json_values(s.value), erasure.words)
        )
        WHERE w.workspace_id = erasure.workspace AND sqlrag.says(sqlrag.json_values(w.settings), erasure.words)
        RETURNING w.workspace_id
    ), schedule AS (
        DELETE FROM sqlrag.schedules AS s
        WHERE s.workspace_id = erasure.workspace AND sqlrag.says(sqlrag.json_values(s.arguments), erasure.words)
        RETURNING s.schedule_id
    ), key AS (
        UPDATE sqlrag.keys AS k SET name = ''
        WHERE k.workspace_id = erasure.workspace AND sqlrag.says(k.name, erasure.words)
        RETURNING k.key_id
    ), watch AS (
        DELETE FROM sqlrag.watched_tables AS t
        WHERE t.workspace_id = erasure.workspace AND sqlrag.says(concat_ws(E'\n', t.name, t.key_column, t.text_column,
            t.title_column, array_to_string(t.metadata_columns, E'\n'), t.condition), erasure.words)
        RETURNING t.watch_id
    ), failure AS (
        UPDATE sqlrag.watched_tables AS t SET error = NULL
        WHERE t.workspace_id = erasure.workspace AND sqlrag.says(t.error, erasure.words)
            AND t.watch_id NOT IN (SELECT watch_id FROM watch)
        RETURNING t.watch_id
    )
    SELECT 'workspaces', workspace_id::text, 1::bigint, NULL::bigint FROM setting
    UNION ALL SELECT 'schedules', schedule_id::text, 1, NULL FROM schedule
    UNION ALL SELECT 'keys', key_id::text, 1, NULL FROM key
    UNION ALL SELECT 'watched_tables', watch_id::text, 1, NULL FROM watch
    UNION ALL SELECT 'watched_tables', watch_id::text, 1, NULL FROM failure
$$;
