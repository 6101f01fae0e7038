-- What is nearest to a vector, by comparing it with every vector that a filter admits.
CREATE OR REPLACE FUNCTION sqlrag.nearest_exact(
    workspace int, kind text, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL
)
RETURNS TABLE (id bigint, similarity float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
DECLARE
    space int;
    metric text;
    sign text;
BEGIN
    SELECT s.* INTO space, metric, sign FROM sqlrag.vector_space(workspace, kind) AS s;
    IF query IS NULL OR space IS NULL THEN
        RETURN;
    END IF;
    -- Each distance is computed once: written beside ORDER BY, it would be a second time.
    RETURN QUERY EXECUTE format(
        'SELECT near.id, %2$s - near.distance FROM (
            SELECT e.%1$s_id AS id, e.embedding %3$s $1 AS distance FROM sqlrag.%1$s_embeddings AS e
            WHERE e.workspace_id = $2 AND e.space_id = $3 AND %4$s
            ORDER BY distance, id LIMIT $4
        ) AS near',
        kind, (metric = 'cosine')::int, sign,
        CASE
            WHEN filter IS NULL THEN 'true'
            WHEN kind = 'chunk' THEN 'e.chunk_id IN (
                SELECT c.chunk_id FROM sqlrag.chunks AS c
                WHERE c.workspace_id = $2 AND c.document_id = ANY ($5))'
            WHEN kind = 'entity' THEN 'e.entity_id IN (
                SELECT m.entity_id FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
                WHERE c.workspace_id = $2 AND c.document_id = ANY ($5))'
            ELSE 'e.relation_id IN (
                SELECT v.relation_id FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
                WHERE c.workspace_id = $2 AND c.document_id = ANY ($5))'
        END)
    USING query, workspace, space, k,
        ARRAY(SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p WHERE filter IS NOT NULL);
END;
$$;
