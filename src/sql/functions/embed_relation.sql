-- Give a relation its vector in the workspace's space; without a vector nothing changes.
-- call: SELECT rag.embed_relation($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.embed_relation(workspace int, relation bigint, vector halfvec) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT workspace, relation, w.space_id, vector FROM sqlrag.workspaces AS w
    WHERE w.workspace_id = workspace AND w.space_id IS NOT NULL AND vector IS NOT NULL
    ON CONFLICT (workspace_id, space_id, relation_id) DO UPDATE SET embedding = excluded.embedding
$$;
COMMENT ON FUNCTION rag.embed_relation IS 'Give a relation its vector. Example: SELECT rag.embed_relation(1, 1, NULL)';
