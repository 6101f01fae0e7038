-- name: propose_names
-- Of some names those that no entity has, each with the nearest that one has.
SELECT asked.name, ARRAY(SELECT near.name FROM sqlrag.search_entities(workspace, asked.name, 3) AS near) AS nearest
FROM rag.workspace_id($1) AS workspace
CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS asked (name, place)
WHERE sqlrag.find_entity(workspace, asked.name) IS NULL
ORDER BY asked.place

-- name: orphans
SELECT kind, id, name
FROM rag.orphans
WHERE workspace = $1
ORDER BY kind, id
LIMIT $2
