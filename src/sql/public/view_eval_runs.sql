CREATE OR REPLACE VIEW rag.eval_runs WITH (security_invoker) AS
SELECT w.workspace_id, w.name AS workspace, r.run_id, r.dataset, r.mode, r.created_at AS saved_at,
    (r.measures ->> 'recall@2')::float8 AS recall_2, (r.measures ->> 'recall@5')::float8 AS recall_5,
    (r.measures ->> 'recall@10')::float8 AS recall_10, (r.measures ->> 'all@5')::float8 AS all_5,
    (r.measures ->> 'ndcg@10')::float8 AS ndcg_10, (r.measures ->> 'exact_match')::float8 AS exact_match,
    (r.measures ->> 'f1')::float8 AS f1, (r.measures ->> 'p50_ms')::float8 AS p50_ms,
    (r.measures ->> 'p95_ms')::float8 AS p95_ms, r.settings, r.measures
FROM sqlrag.eval_runs AS r
JOIN sqlrag.workspaces AS w ON w.workspace_id = r.workspace_id
ORDER BY r.run_id;
COMMENT ON VIEW rag.eval_runs IS
    'Saved evaluations, from 0 to 1; a measure that was not asked for is NULL. '
    'Example: SELECT run_id, dataset, mode, recall_5 FROM rag.eval_runs WHERE workspace = ''default''';
