-- What the calls of models for each document came to, the costliest k documents first.
-- call: SELECT * FROM sqlrag.cost_by_document($1, $2)
-- example: SELECT * FROM rag.cost_by_document('default')
CREATE OR REPLACE FUNCTION sqlrag.cost_by_document(workspace int, k int DEFAULT 50)
RETURNS TABLE (
    source_key text, purpose text, model text, calls bigint, errors bigint, prompt_tokens bigint, completion_tokens
    bigint, seconds float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 AS $$
    WITH spent AS (
        SELECT c.source_key, c.purpose, c.model, count(*) AS calls, count(c.error) AS errors,
            coalesce(sum(c.prompt_tokens), 0) AS prompt_tokens,
            coalesce(sum(c.completion_tokens), 0) AS completion_tokens, sum(c.seconds) AS seconds,
            sum(coalesce(sum(c.prompt_tokens), 0) + coalesce(sum(c.completion_tokens), 0))
                OVER (PARTITION BY c.source_key) AS tokens
        FROM sqlrag.model_calls AS c
        WHERE c.workspace_id = workspace AND c.source_key IS NOT NULL
        GROUP BY c.source_key, c.purpose, c.model
    ), ranked AS (
        SELECT s.*, dense_rank() OVER (ORDER BY s.tokens DESC, s.source_key COLLATE "C") AS rank FROM spent AS s
    )
    SELECT r.source_key, r.purpose, r.model, r.calls, r.errors, r.prompt_tokens, r.completion_tokens, r.seconds
    FROM ranked AS r
    WHERE r.rank <= k
    ORDER BY r.rank, r.purpose, r.model
$$;
