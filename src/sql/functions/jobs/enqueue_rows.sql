-- Has the documents of rows of a watched table made what the rows are, in the transaction that changed them.
CREATE OR REPLACE FUNCTION sqlrag.enqueue_rows(
    workspace int, watch int, keys text[], track uuid DEFAULT NULL, urgency int DEFAULT 0
)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    enqueued bigint;
BEGIN
    INSERT INTO sqlrag.jobs AS j (workspace_id, kind, deduplication_key, track_id, priority, arguments)
    SELECT workspace, 'row', 'document:' || w.name || '/' || k.key, track, urgency,
        jsonb_build_object('source_key', w.name || '/' || k.key, 'watch_id', watch, 'key', k.key)
    FROM sqlrag.watched_tables AS w
    CROSS JOIN (SELECT DISTINCT key FROM unnest(keys) AS key WHERE key IS NOT NULL) AS k
    WHERE w.workspace_id = workspace AND w.watch_id = watch
    ORDER BY k.key
    -- One that waits will read the row; locked, though it may not change, it begins after what we have written is seen.
    ON CONFLICT (workspace_id, deduplication_key) WHERE status = 'waiting' DO UPDATE
    SET kind = excluded.kind, arguments = excluded.arguments, input = NULL, attempts = 0, run_after = now(),
        changed_at = now()
    WHERE j.kind <> 'row' OR j.arguments <> excluded.arguments OR j.attempts > 0;
    GET DIAGNOSTICS enqueued = ROW_COUNT;
    PERFORM pg_notify('sqlrag_work', ''), pg_notify('sqlrag_jobs', workspace::text);
    RETURN enqueued;
END;
$$;
