-- What the calls of models came to, by day, the latest first.
-- call: SELECT day, purpose, model, calls, errors, prompt_tokens, completion_tokens, seconds FROM rag.cost_by_day($1)
CREATE OR REPLACE FUNCTION rag.cost_by_day(workspace text)
RETURNS TABLE (
    day date, purpose text, model text, calls bigint, errors bigint, prompt_tokens bigint, completion_tokens bigint, seconds float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    WITH asked AS MATERIALIZED (
        SELECT rag.workspace_id(workspace) AS workspace_id
    )
    SELECT c.created_at::date AS day, c.purpose, c.model, count(*), count(c.error),
        coalesce(sum(c.prompt_tokens), 0), coalesce(sum(c.completion_tokens), 0), sum(c.seconds)
    FROM asked JOIN sqlrag.model_calls AS c USING (workspace_id)
    GROUP BY c.created_at::date, c.purpose, c.model
    ORDER BY day DESC, c.purpose, c.model
$$;
COMMENT ON FUNCTION rag.cost_by_day IS 'What the calls of models came to, by day (of the session''s time zone). Example: SELECT * FROM rag.cost_by_day(''default'')';
