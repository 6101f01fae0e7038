CREATE OR REPLACE FUNCTION rag.duplicates(workspace text, k int DEFAULT 50)
RETURNS TABLE (a text, b text, type text, similarity float8, by text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 AS $$
    SELECT * FROM sqlrag.duplicates((SELECT rag.workspace_id(workspace)), k)
$$;
COMMENT ON FUNCTION rag.duplicates IS
    'Entities of one type with nearly the same name or meaning, candidates for a merge; by tells which. '
    'Example: SELECT * FROM rag.duplicates(''default'')';
