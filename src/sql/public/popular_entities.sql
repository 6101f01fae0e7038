CREATE OR REPLACE FUNCTION rag.popular_entities(workspace text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, chunk_count int, relation_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM sqlrag.popular_entities((SELECT rag.workspace_id(workspace)), k)
$$;
COMMENT ON FUNCTION rag.popular_entities IS
    'The entities that most chunks mention. '
    'Example: SELECT * FROM rag.popular_entities(''default'')';
