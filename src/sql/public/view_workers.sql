CREATE OR REPLACE VIEW rag.workers WITH (security_invoker) AS
SELECT k.worker_id, k.host, k.pid, k.version, k.kinds, k.concurrency, k.started_at, k.seen_at,
    k.seen_at > now() - interval '30 seconds' AS is_alive, (
        SELECT count(*) FROM sqlrag.jobs AS j WHERE j.status = 'running' AND j.worker_id = k.worker_id
    ) AS running
FROM sqlrag.workers AS k;
COMMENT ON VIEW rag.workers IS 'The processes that take jobs, and whether they were heard of in the last half minute.';
