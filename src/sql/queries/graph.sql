-- name: propose_names
-- Of some names those that no entity has, each with the nearest that one has.
SELECT asked.name, ARRAY(SELECT near.name FROM sqlrag.search_entities($1, asked.name, 3) AS near) AS nearest
FROM unnest($2::text[]) WITH ORDINALITY AS asked (name, place)
WHERE sqlrag.find_entity($1, asked.name) IS NULL
ORDER BY asked.place

-- name: orphans
SELECT kind, id, name
FROM rag.orphans
WHERE workspace_id = $1
ORDER BY kind, id
LIMIT $2

-- name: list_edits
SELECT e.edit_id, e.edited_at, e.edited_by, e.action, e.subject, e.before, e.after
FROM rag.edits AS e
WHERE e.workspace_id = $1 AND ($2::text IS NULL OR e.subject = $2)
    AND ($3::bigint IS NULL OR e.edit_id < $3)
ORDER BY e.edit_id DESC
LIMIT $4

-- name: begin_export
-- A reader who has gone away must not hold a connection, nor the rows it could still see.
SELECT set_config('idle_in_transaction_session_timeout', $1::text, true)

-- name: count_graph
SELECT
    (SELECT count(*)::int FROM sqlrag.entities AS e WHERE e.workspace_id = $1) AS entities,
    (SELECT count(*)::int FROM sqlrag.relations AS r WHERE r.workspace_id = $1) AS relations

-- name: export_entities
-- A page in order of id, beginning after $2.
WITH page AS MATERIALIZED (
    SELECT e.entity_id, e.edited_by
    FROM sqlrag.entities AS e
    WHERE e.workspace_id = $1 AND e.entity_id > $2
    ORDER BY e.entity_id
    LIMIT $3
)
SELECT d.entity_id, d.name, d.type, d.description, a.aliases, d.chunk_count, page.edited_by
FROM page
JOIN sqlrag.describe_entities($1, ARRAY(SELECT p.entity_id FROM page AS p)) AS d USING (entity_id)
JOIN sqlrag.aliases($1, ARRAY(SELECT p.entity_id FROM page AS p)) AS a USING (entity_id)
ORDER BY d.entity_id

-- name: export_relations
-- A page in order of id, beginning after $2.
WITH page AS MATERIALIZED (
    SELECT r.relation_id, r.edited_by
    FROM sqlrag.relations AS r
    WHERE r.workspace_id = $1 AND r.relation_id > $2
    ORDER BY r.relation_id
    LIMIT $3
)
SELECT d.*, page.edited_by
FROM page
JOIN sqlrag.describe_relations($1, ARRAY(SELECT p.relation_id FROM page AS p)) AS d USING (relation_id)
ORDER BY d.relation_id
