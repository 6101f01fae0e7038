-- Give an entity its vector in the workspace's space, the only one; without a vector nothing changes.
CREATE OR REPLACE FUNCTION sqlrag.embed_entity(workspace int, entity bigint, vector halfvec) RETURNS void
LANGUAGE sql AS $$
    -- One that is being made for a switch to another space is made anew.
    DELETE FROM sqlrag.entity_embeddings AS e USING sqlrag.workspaces AS w
    WHERE w.workspace_id = workspace AND e.workspace_id = workspace AND e.entity_id = entity
        AND e.space_id <> w.space_id AND vector IS NOT NULL;
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT workspace, entity, w.space_id, vector FROM sqlrag.workspaces AS w
    WHERE w.workspace_id = workspace AND w.space_id IS NOT NULL AND vector IS NOT NULL
    ON CONFLICT (workspace_id, space_id, entity_id) DO UPDATE SET embedding = excluded.embedding
$$;
