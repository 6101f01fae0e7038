CREATE OR REPLACE FUNCTION rag.search_entities(workspace text, words text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, similarity float8, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM sqlrag.search_entities((SELECT rag.workspace_id(workspace)), words, k)
$$;
COMMENT ON FUNCTION rag.search_entities IS
    'Entities by the beginning of a name or of one of its words; when those are few, by likeness too. '
    'Example: SELECT * FROM rag.search_entities(''default'', ''grah'')';
