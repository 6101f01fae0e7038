-- What is nearest to a vector: exactly, or through the workspace's HNSW index once it has one.
-- call: SELECT id, similarity FROM rag.nearest($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.nearest(workspace int, kind text, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (id bigint, similarity float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
DECLARE
    space int := (SELECT w.space_id FROM sqlrag.workspaces AS w WHERE w.workspace_id = workspace);
    permitted bigint[];
    ids bigint[];
    similarities float8[];
BEGIN
    IF kind NOT IN ('chunk', 'entity', 'relation') THEN
        RAISE EXCEPTION 'There are no vectors of kind "%"; use chunk, entity or relation.', kind
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF query IS NULL OR space IS NULL THEN
        RETURN;
    END IF;
    IF filter IS NOT NULL THEN
        permitted := ARRAY(SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p);
    ELSIF to_regclass(format('sqlrag.%s_embeddings_hnsw_w%s_s%s', kind, workspace, space)) IS NOT NULL THEN
        PERFORM set_config('hnsw.ef_search', least(greatest(100, 2 * k), 1000)::text, true);
        -- The index is partial on these very numbers and this very cast: only literals match it.
        EXECUTE format(
            'SELECT array_agg(near.%1$s_id), array_agg(near.similarity) FROM (
                SELECT %1$s_id, 1 - (embedding::halfvec(%2$s) <=> $1) AS similarity FROM sqlrag.%1$s_embeddings
                WHERE workspace_id = %3$s AND space_id = %4$s
                ORDER BY embedding::halfvec(%2$s) <=> $1 LIMIT $2
            ) AS near',
            kind, vector_dims(query), workspace, space) INTO ids, similarities USING query, k;
        -- An index that runs dry before k rows may have missed some.
        IF cardinality(ids) >= k THEN
            RETURN QUERY SELECT * FROM unnest(ids, similarities);
            RETURN;
        END IF;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT e.%1$s_id, 1 - (e.embedding <=> $1) FROM sqlrag.%1$s_embeddings AS e
         WHERE e.workspace_id = $2 AND e.space_id = $3 AND ($4 IS NULL OR e.%1$s_id IN (%2$s))
         ORDER BY e.embedding <=> $1, e.%1$s_id LIMIT $5',
        kind,
        CASE kind
            WHEN 'chunk' THEN 'SELECT c.chunk_id FROM sqlrag.chunks AS c WHERE c.workspace_id = $2 AND c.document_id = ANY ($4)'
            WHEN 'entity' THEN 'SELECT m.entity_id FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
                WHERE c.workspace_id = $2 AND c.document_id = ANY ($4)'
            ELSE 'SELECT v.relation_id FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
                WHERE c.workspace_id = $2 AND c.document_id = ANY ($4)'
        END) USING query, workspace, space, permitted, k;
END;
$$;
COMMENT ON FUNCTION rag.nearest IS 'What is nearest to a vector, by cosine: kind is chunk, entity or relation. Example: SELECT * FROM rag.nearest(1, ''chunk'', ''[…]''::vector, 5)';
