-- Deletes questions of evaluations that ask for what is erased, found it or quote it, and runs that name it.
CREATE OR REPLACE FUNCTION sqlrag.erase_evaluations(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH question AS (
        DELETE FROM sqlrag.eval_questions AS q
        WHERE q.workspace_id = erasure.workspace AND (
            q.gold && erasure.source_keys OR q.found && erasure.source_keys
            OR sqlrag.is_trace(concat_ws(E'\n', q.question_id, q.question, q.type, q.answer,
                array_to_string(q.gold || q.found, E'\n')), erasure)
        )
        RETURNING q.run_id
    ), run AS (
        DELETE FROM sqlrag.eval_runs AS r
        WHERE r.workspace_id = erasure.workspace AND sqlrag.says(concat_ws(E'\n', r.dataset,
            sqlrag.json_values(r.settings), sqlrag.json_values(r.measures)), erasure.words)
        RETURNING r.run_id
    )
    SELECT 'eval_questions', run_id::text, 1::bigint, NULL::bigint FROM question
    UNION ALL
    SELECT 'eval_runs', run_id::text, 1, NULL FROM run
$$;
