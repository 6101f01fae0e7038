CREATE OR REPLACE FUNCTION rag.find_path(workspace text, a text, b text, max_hops int DEFAULT 4)
RETURNS TABLE (step int, source text, target text, keywords text, quote text, document text, page int, weight float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 4 AS $$
    SELECT * FROM sqlrag.find_path((SELECT rag.workspace_id(workspace)), a, b, max_hops)
$$;
COMMENT ON FUNCTION rag.find_path IS
    'The shortest way from one entity to another, the strongest among equals: a row per step, with what documents '
    'say of it. '
    'Example: SELECT * FROM rag.find_path(''default'', ''Paul Graham'', ''Robert Morris'')';
