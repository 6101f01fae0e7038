-- Has indexes and summaries of a workspace looked after soon; of many writes, once.
CREATE OR REPLACE FUNCTION sqlrag.enqueue_upkeep(workspace int) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    waiting_id bigint;
BEGIN
    -- Locked, so that it does not begin before what our transaction has written can be seen.
    SELECT j.job_id INTO waiting_id
    FROM sqlrag.jobs AS j
    WHERE j.workspace_id = workspace AND j.deduplication_key = 'upkeep' AND j.status = 'waiting'
    FOR SHARE;
    RETURN coalesce(waiting_id, (SELECT * FROM sqlrag.enqueue(workspace, ARRAY[(
        'upkeep', 'upkeep', NULL, NULL, interval '2 seconds', interval '2 hours', NULL, NULL
    )::sqlrag.new_job])));
END;
$$;
