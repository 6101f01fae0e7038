-- Enqueues the job of a schedule and sets its next time; NULL where another has, or it was changed since it was read.
-- call: SELECT sqlrag.fire_schedule($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION sqlrag.fire_schedule(workspace int, schedule int, due timestamptz, following timestamptz)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    fired sqlrag.schedules;
BEGIN
    -- Others wait here for our transaction, and then find another time.
    UPDATE sqlrag.schedules AS s SET next_at = following, fired_at = clock_timestamp()
    WHERE s.workspace_id = workspace AND s.schedule_id = schedule AND s.enabled AND s.next_at = due
    RETURNING * INTO fired;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE sqlrag.schedules AS s SET job_id = (
        SELECT * FROM sqlrag.enqueue(workspace, ARRAY[(
            -- Upkeep of a workspace is one work, whoever asks for it.
            fired.kind, CASE fired.kind WHEN 'upkeep' THEN 'upkeep' ELSE 'schedule:' || schedule END, NULL, NULL, NULL,
            interval '2 hours', fired.arguments, NULL
        )::sqlrag.new_job])
    )
    WHERE s.workspace_id = workspace AND s.schedule_id = schedule
    RETURNING * INTO fired;
    RETURN fired.job_id;
END;
$$;
