-- What the calls of models came to, by day (of the session's time zone), the latest first; dollars where prices say it.
-- call: SELECT * FROM sqlrag.cost_by_day($1)
-- example: SELECT * FROM rag.cost_by_day('default')
CREATE OR REPLACE FUNCTION sqlrag.cost_by_day(workspace int)
RETURNS TABLE (
    day date, purpose text, model text, calls bigint, errors bigint, prompt_tokens bigint, completion_tokens bigint,
    seconds float8, dollars float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT c.*, (p.dollars_in * c.prompt_tokens + p.dollars_out * c.completion_tokens)::float8 / 1000000
    FROM (
        SELECT c.created_at::date AS day, c.purpose, c.model, count(*), count(c.error),
            coalesce(sum(c.prompt_tokens), 0) AS prompt_tokens,
            coalesce(sum(c.completion_tokens), 0) AS completion_tokens, sum(c.seconds)
        FROM sqlrag.model_calls AS c
        WHERE c.workspace_id = workspace
        GROUP BY c.created_at::date, c.purpose, c.model
    ) AS c
    LEFT JOIN sqlrag.prices AS p USING (model)
    ORDER BY c.day DESC, c.purpose, c.model
$$;
