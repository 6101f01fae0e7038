-- Give a relation its vector in the workspace's space, the only one; without a vector nothing changes.
CREATE OR REPLACE FUNCTION sqlrag.embed_relation(workspace int, relation bigint, vector halfvec) RETURNS void
LANGUAGE sql AS $$
    -- One that is being made for a switch to another space is made anew.
    DELETE FROM sqlrag.relation_embeddings AS e USING sqlrag.workspaces AS w
    WHERE w.workspace_id = workspace AND e.workspace_id = workspace AND e.relation_id = relation
        AND e.space_id <> w.space_id AND vector IS NOT NULL;
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT workspace, relation, w.space_id, vector FROM sqlrag.workspaces AS w
    WHERE w.workspace_id = workspace AND w.space_id IS NOT NULL AND vector IS NOT NULL
    ON CONFLICT (workspace_id, space_id, relation_id) DO UPDATE SET embedding = excluded.embedding
$$;
