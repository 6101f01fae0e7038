-- What would hurt this database, of all workspaces or of one, and what to do about it: each thing that was looked at
-- is ok, warn or fail.
-- call: SELECT * FROM sqlrag.examine($1, $2)
CREATE OR REPLACE FUNCTION sqlrag.examine(exact_coordinates bigint, workspace_name text DEFAULT NULL)
RETURNS TABLE (name text, status text, found text, advice text)
LANGUAGE sql STABLE AS $$
    WITH server AS (
        SELECT
            pg_size_bytes(current_setting('shared_buffers')) AS buffers,
            pg_size_bytes(current_setting('maintenance_work_mem')) AS memory,
            current_setting('max_connections')::int AS connections,
            pg_database_size(current_database()) AS data,
            2 ^ 20 AS megabyte
    ), loads AS (
        SELECT format('%s index of %s', load.kind, w.name) AS name, load.is_valid, load.coordinates
        FROM sqlrag.workspaces AS w CROSS JOIN LATERAL sqlrag.embedding_loads(w.workspace_id) AS load
        WHERE load.coordinates > 0 AND (workspace_name IS NULL OR w.name = workspace_name)
    ), unanalysed AS (
        SELECT string_agg(t.relname, ', ' ORDER BY t.relname) AS tables
        FROM pg_stat_user_tables AS t
        WHERE t.schemaname = 'sqlrag' AND t.n_live_tup > 1000
            AND t.last_analyze IS NULL AND t.last_autoanalyze IS NULL
    ), checks (place, name, status, found, advice) AS (
        SELECT 1, 'Postgres', 'ok', current_setting('server_version'), ''
        UNION ALL
        SELECT 2, 'pgvector', 'ok', e.extversion, '' FROM pg_extension AS e WHERE e.extname = 'vector'
        UNION ALL
        SELECT 3 + rule.place, rule.name, CASE WHEN rule.is_right THEN 'ok' ELSE 'warn' END, rule.found, rule.advice
        FROM server AS s CROSS JOIN unanalysed AS u CROSS JOIN LATERAL (VALUES
            (0, 'locale', lower('Ж') = 'ж',
                'folds the case of ' || CASE lower('Ж') WHEN 'ж' THEN 'all letters' ELSE 'ASCII letters only' END,
                'words beyond English are found only as written: use a locale such as C.UTF-8'),
            (1, 'shared_buffers', s.buffers * 4 >= s.data,
                to_char(s.buffers / s.megabyte, 'FM999,999,990" MB of "')
                    || to_char(s.data / s.megabyte, 'FM999,999,990" MB of data"'),
                'raise it towards a quarter of the machine''s memory: vectors are searched in memory'),
            (2, 'maintenance_work_mem', s.memory >= 64 * s.megabyte,
                to_char(s.memory / s.megabyte, 'FM999,999,990" MB"'),
                'raise it to 64MB or more: building indexes outside memory is slow'),
            -- Of one process ten, and of people.
            (3, 'max_connections', s.connections >= 20, s.connections::text,
                'raise it to 20 or more, or lower SQLRAG_POOL_SIZE'),
            (4, 'fsync', current_setting('fsync')::boolean, current_setting('fsync'),
                'turn it on: a power cut can break the whole database'),
            (5, 'statistics', u.tables IS NULL, coalesce('none of ' || u.tables, 'the planner knows the tables'),
                'run ANALYZE, and see that autovacuum is on: without, look-ups read whole workspaces')
        ) AS rule (place, name, is_right, found, advice)
        UNION ALL
        SELECT 20, i.name, 'fail', 'invalid', 'its making was broken off: ingest into the workspace again to renew it'
        FROM loads AS i WHERE NOT i.is_valid
        UNION ALL
        -- More than twice what is searched exactly: the index is late, not due.
        SELECT 20, i.name, 'warn',
            to_char(i.coordinates, 'FM"missing, "999,999,999,990" coordinates are searched one by one"'),
            'it is made after the next ingestion, or by await store.index()'
        FROM loads AS i WHERE i.is_valid IS NULL AND i.coordinates > exact_coordinates
        UNION ALL
        SELECT 30, 'graph', CASE o.count WHEN 0 THEN 'ok' ELSE 'fail' END,
            CASE o.count WHEN 0 THEN 'no orphans' ELSE to_char(o.count, 'FM999,999,990" orphans"') END,
            'SELECT * FROM rag.orphans shows them; report it, this should never happen'
        FROM (SELECT count(*) FROM rag.orphans) AS o (count)
        UNION ALL
        SELECT 40, 'documents of ' || w.name, 'warn', to_char(count(*), 'FM999,999,990 ') || d.status,
            format('sqlrag documents -w ''%s'' --status %s tells why', w.name, d.status)
        FROM sqlrag.documents AS d JOIN sqlrag.workspaces AS w USING (workspace_id)
        WHERE d.status <> 'ready' AND (workspace_name IS NULL OR w.name = workspace_name)
        GROUP BY w.name, d.status
        UNION ALL
        SELECT 50, 'jobs of ' || b.workspace, 'warn',
            to_char(b.waiting, 'FM999,999,990" wait, and no worker is alive"'),
            'start one with sqlrag worker, or sqlrag serve'
        FROM rag.backlog AS b
        WHERE b.waiting > 0 AND (workspace_name IS NULL OR b.workspace = workspace_name)
            AND NOT EXISTS (SELECT FROM rag.workers AS k WHERE k.is_alive)
        UNION ALL
        SELECT 50, 'jobs of ' || f.workspace, 'warn', to_char(sum(f.jobs), 'FM999,999,990" failed"'),
            format('sqlrag jobs list -w ''%s'' --status failed tells why, sqlrag jobs retry-failed runs them again',
                f.workspace)
        FROM rag.failures AS f
        WHERE workspace_name IS NULL OR f.workspace = workspace_name
        GROUP BY f.workspace
    )
    SELECT c.name, c.status, c.found, CASE c.status WHEN 'ok' THEN '' ELSE c.advice END
    FROM (
        SELECT * FROM checks
        UNION ALL
        SELECT sound.place, sound.name, 'ok', sound.found, ''
        FROM (VALUES
            (20, 'vector indexes', 'every one that is due is there and valid'), (40, 'documents', 'every one is ready'),
            (50, 'jobs', 'none has failed, and none waits in vain')
        ) AS sound (place, name, found)
        WHERE NOT EXISTS (SELECT FROM checks AS c WHERE c.place = sound.place)
    ) AS c
    ORDER BY c.place, c.name, c.found
$$;
