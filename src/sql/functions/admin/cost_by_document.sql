-- What the calls of models for each document came to, the costliest k documents first.
-- call: SELECT * FROM sqlrag.cost_by_document($1, $2)
-- example: SELECT * FROM rag.cost_by_document('default')
CREATE OR REPLACE FUNCTION sqlrag.cost_by_document(workspace int, k int DEFAULT 50)
RETURNS TABLE (
    source_key text, purpose text, model text, calls bigint, errors bigint, prompt_tokens bigint, completion_tokens
    bigint, seconds float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 AS $$
    WITH costliest AS MATERIALIZED (
        SELECT c.source_key, coalesce(sum(c.prompt_tokens), 0) + coalesce(sum(c.completion_tokens), 0) AS tokens
        FROM sqlrag.model_calls AS c
        WHERE c.workspace_id = workspace AND c.source_key IS NOT NULL
        GROUP BY c.source_key
        ORDER BY tokens DESC, c.source_key COLLATE "C" LIMIT k
    )
    SELECT c.source_key, c.purpose, c.model, count(*), count(c.error),
        coalesce(sum(c.prompt_tokens), 0), coalesce(sum(c.completion_tokens), 0), sum(c.seconds)
    FROM costliest JOIN sqlrag.model_calls AS c USING (source_key)
    WHERE c.workspace_id = workspace
    GROUP BY costliest.tokens, c.source_key, c.purpose, c.model
    ORDER BY costliest.tokens DESC, c.source_key COLLATE "C", c.purpose, c.model
$$;
