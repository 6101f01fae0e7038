-- What exact search over each kind of vector of a workspace costs, in coordinates read, where no index spares it;
-- is_valid is NULL where there is no index, false where its making was broken off; space NULL is that of the workspace.
-- call: SELECT * FROM sqlrag.embedding_loads($1, $2)
CREATE OR REPLACE FUNCTION sqlrag.embedding_loads(workspace int, space int DEFAULT NULL)
RETURNS TABLE (kind text, space_id int, dimensions int, metric text, is_valid boolean, coordinates bigint)
LANGUAGE sql STABLE ROWS 3 AS $$
    SELECT load.kind, s.space_id, s.dimensions, s.metric, i.indisvalid, s.dimensions * CASE
        WHEN i.indisvalid THEN 0
        WHEN load.kind = 'chunk' THEN (
            SELECT count(*) FROM sqlrag.chunk_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = s.space_id)
        WHEN load.kind = 'entity' THEN (
            SELECT count(*) FROM sqlrag.entity_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = s.space_id)
        ELSE (
            SELECT count(*) FROM sqlrag.relation_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = s.space_id)
        END
    FROM sqlrag.workspaces AS w
    JOIN sqlrag.embedding_spaces AS s ON s.space_id = coalesce(space, w.space_id)
    CROSS JOIN unnest(ARRAY['chunk', 'entity', 'relation']) AS load (kind)
    LEFT JOIN pg_index AS i
        ON i.indexrelid = to_regclass(format('sqlrag.%s_embeddings_hnsw_w%s_s%s', load.kind, workspace, s.space_id))
    WHERE w.workspace_id = workspace
$$;
