-- Deletes jobs of a workspace that have been over for so long, answers after a time of their own; returns how many.
-- call: SELECT sqlrag.prune_jobs($1, $2, $3)
-- role: admin
-- example: SELECT rag.prune_jobs('default', interval '7 days', interval '1 day')
CREATE OR REPLACE FUNCTION sqlrag.prune_jobs(workspace int, keep interval, keep_answers interval) RETURNS bigint
LANGUAGE sql AS $$
    WITH pruned AS (
        DELETE FROM sqlrag.jobs AS j
        WHERE j.workspace_id = workspace AND j.finished_at IS NOT NULL
            AND j.changed_at < now() - least(keep, keep_answers)
            AND j.changed_at < now() - CASE WHEN j.kind = 'query' THEN keep_answers ELSE keep END
        RETURNING 1
    )
    SELECT count(*) FROM pruned
$$;
