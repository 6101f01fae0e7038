-- What is nearest to a vector, by comparing it with every vector that a filter admits.
CREATE OR REPLACE FUNCTION sqlrag.nearest_exact(
    workspace int, kind text, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL,
    space int DEFAULT NULL, metric text DEFAULT NULL, few bigint[] DEFAULT NULL
)
RETURNS TABLE (id bigint, similarity float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    -- Whoever has looked it up says in which space, and which chunks a filter admits that admits few.
    IF space IS NULL THEN
        SELECT s.space_id, s.metric INTO space, metric FROM sqlrag.vector_space(workspace, kind) AS s;
        few := sqlrag.few_chunks(workspace, filter);
    END IF;
    IF query IS NULL OR space IS NULL THEN
        RETURN;
    END IF;
    -- Without a filter the plans are kept: to make one takes as long as to compare a thousand vectors.
    IF filter IS NULL AND kind = 'chunk' THEN
        RETURN QUERY
            SELECT e.chunk_id, sqlrag.similarity(metric, e.embedding, query) AS similarity
            FROM sqlrag.chunk_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id = space
            ORDER BY similarity DESC, e.chunk_id LIMIT k;
    ELSIF filter IS NULL AND kind = 'entity' THEN
        RETURN QUERY
            SELECT e.entity_id, sqlrag.similarity(metric, e.embedding, query) AS similarity
            FROM sqlrag.entity_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id = space
            ORDER BY similarity DESC, e.entity_id LIMIT k;
    ELSIF filter IS NULL THEN
        RETURN QUERY
            SELECT e.relation_id, sqlrag.similarity(metric, e.embedding, query) AS similarity
            FROM sqlrag.relation_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id = space
            ORDER BY similarity DESC, e.relation_id LIMIT k;
    ELSIF few IS NOT NULL THEN
        RETURN QUERY
            SELECT e.chunk_id, sqlrag.similarity(metric, e.embedding, query) AS similarity
            FROM sqlrag.chunk_embeddings AS e
            WHERE kind = 'chunk' AND e.workspace_id = workspace AND e.space_id = space AND e.chunk_id = ANY (few)
            UNION ALL
            SELECT e.entity_id, sqlrag.similarity(metric, e.embedding, query)
            FROM sqlrag.entity_embeddings AS e
            WHERE kind = 'entity' AND e.workspace_id = workspace AND e.space_id = space AND e.entity_id = ANY (ARRAY(
                SELECT DISTINCT m.entity_id FROM sqlrag.mentions AS m
                WHERE m.workspace_id = workspace AND m.chunk_id = ANY (few)))
            UNION ALL
            SELECT e.relation_id, sqlrag.similarity(metric, e.embedding, query)
            FROM sqlrag.relation_embeddings AS e
            WHERE kind = 'relation' AND e.workspace_id = workspace AND e.space_id = space
                AND e.relation_id = ANY (ARRAY(
                    SELECT DISTINCT v.relation_id FROM sqlrag.evidence AS v
                    WHERE v.workspace_id = workspace AND v.chunk_id = ANY (few)))
            ORDER BY 2 DESC, 1 LIMIT k;
    ELSE
        RETURN QUERY EXECUTE format(
            'SELECT e.%1$s_id, sqlrag.similarity($6, e.embedding, $1) AS similarity FROM sqlrag.%1$s_embeddings AS e
            WHERE e.workspace_id = $2 AND e.space_id = $3 AND e.%1$s_id IN (%2$s
                WHERE c.workspace_id = $2 AND c.document_id = ANY ($5))
            ORDER BY similarity DESC, e.%1$s_id LIMIT $4',
            kind, CASE kind
                WHEN 'chunk' THEN 'SELECT c.chunk_id FROM sqlrag.chunks AS c'
                WHEN 'entity' THEN 'SELECT m.entity_id
                    FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)'
                ELSE 'SELECT v.relation_id
                    FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)' END)
        USING query, workspace, space, k,
            ARRAY(SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p), metric;
    END IF;
END;
$$;
