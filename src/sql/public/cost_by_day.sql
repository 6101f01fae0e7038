CREATE OR REPLACE FUNCTION rag.cost_by_day(workspace text)
RETURNS TABLE (
    day date, purpose text, model text, calls bigint, errors bigint, prompt_tokens bigint, completion_tokens bigint,
    seconds float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT * FROM sqlrag.cost_by_day((SELECT rag.workspace_id(workspace)))
$$;
COMMENT ON FUNCTION rag.cost_by_day IS
    'What the calls of models came to, by day (of the session''s time zone), the latest first. '
    'Example: SELECT * FROM rag.cost_by_day(''default'')';
