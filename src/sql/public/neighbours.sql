CREATE OR REPLACE FUNCTION rag.neighbours(workspace text, entity text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, keywords text, description text, weight float8, direction text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM sqlrag.neighbours((SELECT rag.workspace_id(workspace)), entity, k)
$$;
COMMENT ON FUNCTION rag.neighbours IS
    'The entities that an entity is related to, strongest first; direction out: the entity is the source. '
    'Example: SELECT * FROM rag.neighbours(''default'', ''Paul Graham'')';
