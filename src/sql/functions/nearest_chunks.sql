-- The chunks nearest to a vector: exactly, or through the workspace's HNSW index once it has one.
-- call: SELECT chunk_id, similarity FROM rag.nearest_chunks($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.nearest_chunks(workspace int, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (chunk_id bigint, similarity float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
DECLARE
    space int := (SELECT w.space_id FROM sqlrag.workspaces AS w WHERE w.workspace_id = workspace);
    indexed boolean := to_regclass(format('sqlrag.chunk_embeddings_hnsw_w%s_s%s', workspace, space)) IS NOT NULL;
    permitted bigint[];
    found_count int := 0;
BEGIN
    IF query IS NULL THEN
        RETURN;
    END IF;
    IF filter IS NOT NULL THEN
        permitted := ARRAY(SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p);
    END IF;
    IF indexed AND filter IS NULL THEN
        PERFORM set_config('hnsw.ef_search', least(greatest(100, 2 * k), 1000)::text, true);
        -- The index is partial on these very numbers and this very cast: only literals match it.
        RETURN QUERY EXECUTE format(
            'SELECT chunk_id, 1 - (embedding::halfvec(%1$s) <=> $1) FROM sqlrag.chunk_embeddings
             WHERE workspace_id = %2$s AND space_id = %3$s
             ORDER BY embedding::halfvec(%1$s) <=> $1 LIMIT $2',
            vector_dims(query), workspace, space) USING query, k;
        GET DIAGNOSTICS found_count = ROW_COUNT;
        IF found_count >= k THEN
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
        SELECT e.chunk_id, 1 - (e.embedding <=> query)
        FROM sqlrag.chunk_embeddings AS e
        WHERE e.workspace_id = workspace AND e.space_id = space
            AND (permitted IS NULL OR e.chunk_id IN (
                SELECT c.chunk_id FROM sqlrag.chunks AS c
                WHERE c.workspace_id = workspace AND c.document_id = ANY (permitted)))
        ORDER BY e.embedding <=> query, e.chunk_id
        LIMIT k;
END;
$$;
COMMENT ON FUNCTION rag.nearest_chunks IS 'The chunks nearest to a vector, by cosine. Example: SELECT * FROM rag.nearest_chunks(1, ''[…]''::vector, 5)';
