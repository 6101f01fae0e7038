-- Has every document of a watched table made what its row is: those of before, those that TRUNCATE left; in a track.
CREATE OR REPLACE FUNCTION sqlrag.enqueue_table(workspace int, watch int, track uuid DEFAULT NULL) RETURNS bigint
LANGUAGE sql AS $$
    SELECT sqlrag.enqueue(workspace, ARRAY[(
        'table', 'table:' || watch, track, NULL, NULL, interval '2 hours',
        jsonb_build_object('source_key', w.name, 'watch_id', watch), NULL
    )::sqlrag.new_job])
    FROM sqlrag.watched_tables AS w
    WHERE w.workspace_id = workspace AND w.watch_id = watch
$$;
