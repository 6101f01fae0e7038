CREATE OR REPLACE VIEW rag.watched_tables WITH (security_invoker) AS
SELECT k.name AS workspace, w.name, sqlrag.watched_relation(w.watch_id) AS relation, CASE
    WHEN w.error IS NOT NULL THEN 'broken'
    WHEN t.triggers = 4 THEN 'watching'
    WHEN t.triggers > 0 THEN 'incomplete'
    ELSE 'gone' END AS status,
    w.key_column, w.text_column, w.title_column, w.metadata_columns, w.condition, w.media_type, w.error, w.created_at,
    w.watch_id, w.workspace_id
FROM sqlrag.watched_tables AS w
JOIN sqlrag.workspaces AS k USING (workspace_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS triggers FROM pg_trigger AS t
    WHERE t.tgname LIKE format('sqlrag\_watch\_%s\_%%', w.watch_id) AND t.tgparentid = 0 AND t.tgenabled <> 'D'
) AS t;
COMMENT ON VIEW rag.watched_tables IS 'Tables of applications whose rows are documents: name/key is their source key.';
COMMENT ON COLUMN rag.watched_tables.relation IS 'What the table is called now.';
COMMENT ON COLUMN rag.watched_tables.status IS
    'watching; broken: see error; incomplete or gone: some or all of its triggers were dropped or disabled.';
