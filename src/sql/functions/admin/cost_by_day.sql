-- What the calls of models came to, by day (of the session's time zone), the latest first.
-- call: SELECT * FROM sqlrag.cost_by_day($1)
-- example: SELECT * FROM rag.cost_by_day('default')
CREATE OR REPLACE FUNCTION sqlrag.cost_by_day(workspace int)
RETURNS TABLE (
    day date, purpose text, model text, calls bigint, errors bigint, prompt_tokens bigint, completion_tokens bigint,
    seconds float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT c.created_at::date AS day, c.purpose, c.model, count(*), count(c.error),
        coalesce(sum(c.prompt_tokens), 0), coalesce(sum(c.completion_tokens), 0), sum(c.seconds)
    FROM sqlrag.model_calls AS c
    WHERE c.workspace_id = workspace
    GROUP BY c.created_at::date, c.purpose, c.model
    ORDER BY day DESC, c.purpose, c.model
$$;
