-- name: show_entity
SELECT name, type, description, aliases, chunk_count, relation_count, edited_by
FROM sqlrag.entity(rag.workspace_id($1), $2)

-- name: show_relation
SELECT r.source, r.target, r.keywords, r.description, r.weight, r.chunk_count, r.edited_by
FROM rag.workspace_id($1) AS w
CROSS JOIN LATERAL sqlrag.relation_between(w, sqlrag.find_entity(w, $2), sqlrag.find_entity(w, $3)) AS r

-- name: list_edits
SELECT e.edit_id, e.edited_at, e.edited_by, e.action, e.subject, e.before, e.after
FROM rag.edits AS e
WHERE e.workspace_id = rag.workspace_id($1) AND ($2::text IS NULL OR e.subject = $2)
    AND ($3::bigint IS NULL OR e.edit_id < $3)
ORDER BY e.edit_id DESC
LIMIT $4
