CREATE OR REPLACE FUNCTION rag.cost_by_document(workspace text, k int DEFAULT 50)
RETURNS TABLE (
    source_key text, purpose text, model text, calls bigint, errors bigint, prompt_tokens bigint, completion_tokens
    bigint, seconds float8
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 AS $$
    SELECT * FROM sqlrag.cost_by_document((SELECT rag.workspace_id(workspace)), k)
$$;
COMMENT ON FUNCTION rag.cost_by_document IS
    'What the calls of models for each document came to, the costliest k documents first. '
    'Example: SELECT * FROM rag.cost_by_document(''default'')';
