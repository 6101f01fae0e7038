CREATE OR REPLACE FUNCTION rag.similar_entities(workspace text, entity text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, similarity float8, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM sqlrag.similar_entities((SELECT rag.workspace_id(workspace)), entity, k)
$$;
COMMENT ON FUNCTION rag.similar_entities IS
    'The entities that mean nearly what an entity means, by their vectors: similarity is the cosine. '
    'Example: SELECT * FROM rag.similar_entities(''default'', ''Paul Graham'')';
