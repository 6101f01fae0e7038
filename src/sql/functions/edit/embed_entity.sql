-- Give an entity its vector in the workspace's space; without a vector nothing changes.
CREATE OR REPLACE FUNCTION sqlrag.embed_entity(workspace int, entity bigint, vector halfvec) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT workspace, entity, w.space_id, vector FROM sqlrag.workspaces AS w
    WHERE w.workspace_id = workspace AND w.space_id IS NOT NULL AND vector IS NOT NULL
    ON CONFLICT (workspace_id, space_id, entity_id) DO UPDATE SET embedding = excluded.embedding
$$;
