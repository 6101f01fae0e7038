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

-- name: draw_graph
-- Entities with what is said of them, and all their relations, as JSON to be drawn: those around an entity, or without
-- one those that most chunks mention, and what a person made. One more than asked for says that there are more.
WITH asked AS MATERIALIZED (
    SELECT sqlrag.find_entity($1, $2) AS entity_id
), node AS MATERIALIZED (
    (SELECT walked.entity_id, row_number() OVER (ORDER BY walked.depth, walked.score DESC, walked.entity_id) AS place
    FROM asked CROSS JOIN LATERAL sqlrag.walk_graph($1, ARRAY[asked.entity_id], $3, $4::int + 1, $4::int + 1) AS walked
    WHERE $2::text IS NOT NULL
    ORDER BY place LIMIT $4::int + 1)
    UNION ALL
    (SELECT e.entity_id, row_number() OVER (ORDER BY count(m.chunk_id) DESC, e.entity_id) AS place
    FROM sqlrag.entities AS e LEFT JOIN sqlrag.mentions AS m USING (workspace_id, entity_id)
    WHERE e.workspace_id = $1 AND $2::text IS NULL
    GROUP BY e.entity_id
    ORDER BY place LIMIT $4::int + 1)
), shown AS MATERIALIZED (
    SELECT n.entity_id, n.place FROM node AS n WHERE n.place <= $4
), edge AS MATERIALIZED (
    SELECT r.relation_id
    FROM sqlrag.relations AS r
    WHERE r.workspace_id = $1 AND r.source_id = ANY (ARRAY(SELECT s.entity_id FROM shown AS s))
        AND r.target_id = ANY (ARRAY(SELECT s.entity_id FROM shown AS s))
)
SELECT jsonb_build_object(
    'entities', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', d.name, 'type', d.type, 'description', d.description, 'chunk_count', d.chunk_count
        ) ORDER BY s.place), '[]')
        FROM sqlrag.describe_entities($1, ARRAY(SELECT s.entity_id FROM shown AS s)) AS d
        JOIN shown AS s USING (entity_id)
    ),
    'relations', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'relation_id', d.relation_id, 'source', d.source, 'target', d.target, 'weight', d.weight,
            'keywords', d.keywords, 'description', d.description
        ) ORDER BY d.weight DESC, d.relation_id), '[]')
        FROM sqlrag.describe_relations($1, ARRAY(SELECT e.relation_id FROM edge AS e)) AS d
    ),
    'is_truncated', (SELECT count(*) > $4 FROM node)
)

-- name: is_entity
SELECT sqlrag.find_entity($1, $2) IS NOT NULL

-- name: list_names
-- Of all entities, as they are shown.
SELECT n.name
FROM sqlrag.name_entities($1, ARRAY(
    SELECT e.entity_id FROM sqlrag.entities AS e WHERE e.workspace_id = $1 ORDER BY e.entity_id LIMIT $2
)) AS n
ORDER BY n.name COLLATE "C"
