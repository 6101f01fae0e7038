-- Has indexes and summaries of a workspace looked after soon; of many writes, once.
CREATE OR REPLACE FUNCTION sqlrag.enqueue_upkeep(workspace int) RETURNS bigint
LANGUAGE sql AS $$
    SELECT * FROM sqlrag.enqueue(workspace, ARRAY[(
        'upkeep', 'upkeep', NULL, NULL, interval '2 seconds', interval '2 hours', NULL, NULL
    )::sqlrag.new_job])
$$;
