CREATE OR REPLACE VIEW rag.eval_questions WITH (security_invoker) AS
SELECT w.workspace_id, w.name AS workspace, r.run_id, r.dataset, r.mode, q.question_id, q.question, q.type, q.gold,
    q.found, recall.at_2 AS recall_2, recall.at_5 AS recall_5, recall.at_10 AS recall_10,
    q.milliseconds, q.rows_read, q.answer, q.exact_match, q.f1
FROM sqlrag.eval_questions AS q
JOIN sqlrag.eval_runs AS r ON r.workspace_id = q.workspace_id AND r.run_id = q.run_id
JOIN sqlrag.workspaces AS w ON w.workspace_id = q.workspace_id
CROSS JOIN LATERAL (
    SELECT avg((key = ANY (q.found[:2]))::int)::float8 AS at_2, avg((key = ANY (q.found[:5]))::int)::float8 AS at_5,
        avg((key = ANY (q.found[:10]))::int)::float8 AS at_10
    FROM unnest(q.gold) AS key
) AS recall;
COMMENT ON VIEW rag.eval_questions IS
    'The questions of saved evaluations. '
    'Example: SELECT question, recall_5, found FROM rag.eval_questions WHERE run_id = 1 ORDER BY recall_5';
