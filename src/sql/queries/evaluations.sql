-- name: save_eval_run
WITH run AS (
    INSERT INTO sqlrag.eval_runs (workspace_id, dataset, mode, settings, measures)
    VALUES ($1, $2, $3, $4, $5)
    RETURNING run_id
), question AS (
    INSERT INTO sqlrag.eval_questions
        (workspace_id, run_id, question_id, question, type, gold, found, milliseconds, rows_read, answer, exact_match,
        f1)
    SELECT $1, run.run_id, q.* FROM run CROSS JOIN unnest($6::sqlrag.new_eval_question[]) AS q
)
SELECT run_id FROM run

-- name: average_embeddings
-- The mean over all chunks that mention an entity or prove a relation, where there is no vector yet.
WITH entity AS (
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT $1, m.entity_id, e.space_id, avg(e.embedding)
    FROM sqlrag.mentions AS m
    JOIN sqlrag.chunk_embeddings AS e ON e.workspace_id = $1 AND e.chunk_id = m.chunk_id
    WHERE m.workspace_id = $1
    GROUP BY m.entity_id, e.space_id
    ON CONFLICT DO NOTHING
)
INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
SELECT $1, v.relation_id, e.space_id, avg(e.embedding)
FROM sqlrag.evidence AS v
JOIN sqlrag.chunk_embeddings AS e ON e.workspace_id = $1 AND e.chunk_id = v.chunk_id
WHERE v.workspace_id = $1
GROUP BY v.relation_id, e.space_id
ON CONFLICT DO NOTHING
