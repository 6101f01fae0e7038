-- name: get_workspace
SELECT w.workspace_id AS id, w.name, w.space_id, s.model, s.dimensions, w.settings
FROM sqlrag.workspaces AS w
LEFT JOIN sqlrag.embedding_spaces AS s USING (space_id)
WHERE w.name = $1

-- name: add_workspace
-- Two at once both come back with the same row.
INSERT INTO sqlrag.workspaces (name) VALUES ($1)
ON CONFLICT (name) DO NOTHING

-- name: delete_workspace
DELETE FROM sqlrag.workspaces WHERE workspace_id = $1

-- name: choose_space
-- Give a workspace the space of a model, unless it holds embeddings of another.
WITH made AS (
    INSERT INTO sqlrag.embedding_spaces (model, dimensions, metric) VALUES ($2, $3, $4)
    ON CONFLICT (model, dimensions) DO UPDATE SET model = excluded.model
    RETURNING space_id
)
UPDATE sqlrag.workspaces AS w
SET space_id = made.space_id
FROM made
WHERE w.workspace_id = $1
    AND (w.space_id IS NULL OR w.space_id = made.space_id
        OR NOT EXISTS (SELECT FROM sqlrag.chunk_embeddings AS e WHERE e.workspace_id = $1)
            AND NOT EXISTS (SELECT FROM sqlrag.entity_embeddings AS e WHERE e.workspace_id = $1))
RETURNING w.space_id

-- name: change_settings
-- A null takes a setting away: then the default of whoever ingests or asks is in force again. No row: the settings are
-- no longer those of $3.
UPDATE sqlrag.workspaces SET settings = jsonb_strip_nulls(settings || $2::jsonb)
WHERE workspace_id = $1 AND ($3::jsonb IS NULL OR settings = $3)
RETURNING workspace_id

-- name: list_workspaces
SELECT workspace_id, name, documents, chunks, terms, model, dimensions, created_at
FROM rag.workspaces
WHERE ($1::int IS NULL OR workspace_id = $1) AND workspace_id > $2::bigint
ORDER BY workspace_id
LIMIT $3
