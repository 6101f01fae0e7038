-- Gives a worker jobs to do: the oldest of the workspaces that have least in work, so that nobody waits for another's.
-- Suspects are those whose worker was lost: a worker takes one of them when it has nothing else that they could harm.
-- Who looks on is told of these, and of the workspaces in which jobs have ended since: a notification in every commit
-- would have all commits of the server wait for one another.
-- call: SELECT * FROM sqlrag.claim_jobs($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION sqlrag.claim_jobs(
    worker uuid, wanted_kinds text[], amount int, lease interval, suspects boolean, ended_in int[] DEFAULT '{}'
)
RETURNS TABLE (
    workspace_id int, workspace text, job_id bigint, claim uuid, kind text, deduplication_key text, arguments jsonb,
    input bytea, attempts int, time_limit interval, track_id uuid
)
-- A bitmap never forgets the dead entries of an index, and each job leaves some: until a VACUUM all were read again.
LANGUAGE sql ROWS 10 SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off AS $$
    -- By leaps over the index: a lane is a workspace, a kind and a priority, however many jobs wait in it.
    WITH RECURSIVE lanes AS (
        (SELECT j.workspace_id, j.kind, j.priority FROM sqlrag.jobs AS j WHERE j.status = 'waiting'
        ORDER BY j.workspace_id, j.kind, j.priority LIMIT 1)
        UNION ALL
        SELECT next.* FROM lanes AS l CROSS JOIN LATERAL (
            SELECT j.workspace_id, j.kind, j.priority FROM sqlrag.jobs AS j
            WHERE j.status = 'waiting' AND (j.workspace_id, j.kind, j.priority) > (l.workspace_id, l.kind, l.priority)
            ORDER BY j.workspace_id, j.kind, j.priority LIMIT 1
        ) AS next
    ), in_work AS (
        SELECT j.workspace_id, count(*) AS jobs FROM sqlrag.jobs AS j WHERE j.status = 'running' GROUP BY 1
    ), due AS (
        SELECT j.*, l.priority, coalesce(w.jobs, 0) + row_number() OVER (
            PARTITION BY l.workspace_id ORDER BY l.priority DESC, j.run_after, j.job_id
        ) AS turn
        FROM lanes AS l
        LEFT JOIN in_work AS w USING (workspace_id)
        CROSS JOIN LATERAL (
            SELECT j.ctid, j.workspace_id, j.job_id, j.run_after FROM sqlrag.jobs AS j
            WHERE j.status = 'waiting' AND j.workspace_id = l.workspace_id AND j.kind = l.kind
                AND j.priority = l.priority AND j.run_after <= now()
                AND (j.error_kind IS NOT DISTINCT FROM 'worker-lost') = suspects
                -- OFFSET keeps it a look-up of the key: a join reads all that ran lately, for each that waits.
                AND NOT EXISTS (SELECT FROM sqlrag.jobs AS r WHERE r.status = 'running'
                    AND r.workspace_id = j.workspace_id AND r.deduplication_key = j.deduplication_key OFFSET 0)
            ORDER BY j.run_after, j.job_id
            -- More than are wanted: others, who look at the same moment, take theirs from here, too.
            LIMIT 4 * amount + 8
        ) AS j
        WHERE wanted_kinds IS NULL OR l.kind = ANY (wanted_kinds)
    ), taken AS MATERIALIZED (
        -- One after another by their places, until there are enough: whatever statistics say of a table that fills and
        -- empties, none but these rows are read, and none is locked in vain.
        SELECT j.workspace_id, j.job_id
        FROM (SELECT d.ctid FROM due AS d ORDER BY d.turn, d.run_after, d.job_id) AS d
        CROSS JOIN LATERAL (
            SELECT j.workspace_id, j.job_id FROM sqlrag.jobs AS j
            WHERE j.ctid = d.ctid AND j.status = 'waiting'
            FOR UPDATE SKIP LOCKED
        ) AS j
        LIMIT amount
    ), claimed AS (
        UPDATE sqlrag.jobs AS j
        SET status = 'running', attempts = j.attempts + 1, claim = gen_random_uuid(), worker_id = worker,
            lease_until = clock_timestamp() + lease, started_at = clock_timestamp(), changed_at = clock_timestamp(),
            progress = '{}', error = NULL, error_kind = NULL
        FROM taken AS t
        WHERE j.workspace_id = t.workspace_id AND j.job_id = t.job_id
        RETURNING j.*
    ), told AS (
        SELECT pg_notify('sqlrag_jobs', n.workspace_id::text)
        FROM (SELECT c.workspace_id FROM claimed AS c UNION SELECT unnest(ended_in)) AS n
    )
    SELECT c.workspace_id, w.name, c.job_id, c.claim, c.kind, c.deduplication_key, c.arguments, c.input, c.attempts,
        c.time_limit, c.track_id
    FROM claimed AS c
    JOIN sqlrag.workspaces AS w USING (workspace_id)
    WHERE (SELECT count(*) FROM told) >= 0  -- a join that nothing is read of would be left out
$$;
