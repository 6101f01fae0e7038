-- name: list_vector_recalls
-- The recall of every kind of vector that each workspace has, or one of them.
SELECT w.name AS workspace, kind, found.samples, found.indexed, found.recall, found.routed_ms, found.exact_ms
FROM sqlrag.workspaces AS w
CROSS JOIN unnest(ARRAY['chunk', 'entity', 'relation']) AS kind
CROSS JOIN LATERAL sqlrag.vector_recall(w.workspace_id, kind, $1, $2) AS found
WHERE found.recall IS NOT NULL AND ($3::text IS NULL OR w.name = $3)
ORDER BY w.name, kind
