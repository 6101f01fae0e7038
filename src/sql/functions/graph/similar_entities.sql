-- The entities that mean nearly what an entity means, by their vectors: similarity is the cosine.
-- call: SELECT * FROM sqlrag.similar_entities($1, $2, $3)
-- example: SELECT * FROM rag.similar_entities('default', 'Paul Graham')
CREATE OR REPLACE FUNCTION sqlrag.similar_entities(workspace int, entity text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, similarity float8, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        SELECT v.entity_id, v.embedding
        FROM sqlrag.workspaces AS w
        JOIN sqlrag.entity_embeddings AS v ON v.workspace_id = workspace AND v.space_id = w.space_id
        WHERE w.workspace_id = workspace AND v.entity_id = sqlrag.find_entity(workspace, entity)
    ), near AS MATERIALIZED (
        -- One more than asked for: nothing is nearer to an entity than itself.
        SELECT n.id, n.similarity
        FROM asked CROSS JOIN LATERAL sqlrag.nearest(workspace, 'entity', asked.embedding, k + 1) AS n
        WHERE n.id <> asked.entity_id
        ORDER BY n.similarity DESC, n.id LIMIT k
    )
    SELECT named.name, named.type, near.similarity, named.chunk_count
    FROM sqlrag.name_entities(workspace, ARRAY(SELECT near.id FROM near)) AS named
    JOIN near ON near.id = named.entity_id
    ORDER BY near.similarity DESC, named.name COLLATE "C"
$$;
