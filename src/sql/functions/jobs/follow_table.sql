-- Enqueues every row of a watched table and every document that may have lost its row, then ends the job that asked.
-- call: SELECT sqlrag.follow_table($1, $2, $3) AS rows
CREATE OR REPLACE FUNCTION sqlrag.follow_table(workspace int, watch int, job sqlrag.held_job) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET row_security = off AS $$
DECLARE
    watched sqlrag.watched_tables;
    relation regclass := sqlrag.watched_relation(watch);
    track uuid := (SELECT j.track_id FROM sqlrag.jobs AS j WHERE j.workspace_id = workspace AND j.job_id = job.job_id);
    keys text[];
    enqueued bigint := 0;
BEGIN
    SELECT * INTO watched FROM sqlrag.watched_tables AS w WHERE w.workspace_id = workspace AND w.watch_id = watch;
    IF relation IS NULL THEN
        RAISE EXCEPTION 'Table % is no longer there, or has lost its triggers.', watched.name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Watch it again, or end it by unwatch_table.';
    END IF;
    FOR keys IN EXECUTE format(
        $query$
            SELECT array_agg(of_part.key)
            FROM (
                SELECT k.key, row_number() OVER () / 10000 AS part
                FROM (
                    SELECT t.%1$I::text AS key FROM %2$s AS t WHERE %3$s
                    UNION
                    SELECT substr(d.source_key, length($2) + 2) FROM sqlrag.documents AS d
                    WHERE d.workspace_id = $1 AND starts_with(d.source_key, $2 || '/')
                ) AS k
            ) AS of_part
            GROUP BY of_part.part
        $query$, watched.key_column, relation, coalesce(watched.condition, 'true')
    ) USING workspace, watched.name LOOP
        -- After what changes meanwhile.
        enqueued := enqueued + sqlrag.enqueue_rows(workspace, watch, keys, track, -10);
    END LOOP;
    PERFORM sqlrag.finish_job(job, jsonb_build_object('rows', enqueued));
    RETURN enqueued;
EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
    RAISE EXCEPTION 'Table % cannot be read: %.', watched.name, rtrim(sqlerrm, '.')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Watch it again by columns that it has.';
END;
$$;
