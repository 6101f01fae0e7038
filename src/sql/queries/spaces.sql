-- name: add_space
-- The id of the space of a model, made when it is new.
INSERT INTO sqlrag.embedding_spaces (model, dimensions) VALUES ($1, $2)
ON CONFLICT (model, dimensions) DO UPDATE SET model = excluded.model
RETURNING space_id

-- name: count_unembedded
-- How much of a workspace has a vector in its space, but none in another.
SELECT (
    SELECT count(*) FROM sqlrag.chunk_embeddings AS old
    LEFT JOIN sqlrag.chunk_embeddings AS new
        ON new.workspace_id = $1 AND new.space_id = $2 AND new.chunk_id = old.chunk_id
    WHERE old.workspace_id = $1 AND old.space_id = w.space_id AND new.chunk_id IS NULL
) AS chunks, (
    SELECT count(*) FROM sqlrag.entity_embeddings AS old
    LEFT JOIN sqlrag.entity_embeddings AS new
        ON new.workspace_id = $1 AND new.space_id = $2 AND new.entity_id = old.entity_id
    WHERE old.workspace_id = $1 AND old.space_id = w.space_id AND new.entity_id IS NULL
) AS entities, (
    SELECT count(*) FROM sqlrag.relation_embeddings AS old
    LEFT JOIN sqlrag.relation_embeddings AS new
        ON new.workspace_id = $1 AND new.space_id = $2 AND new.relation_id = old.relation_id
    WHERE old.workspace_id = $1 AND old.space_id = w.space_id AND new.relation_id IS NULL
) AS relations
FROM sqlrag.workspaces AS w
WHERE w.workspace_id = $1

-- name: list_unembedded_chunks
-- The next ones, each with the text that ingestion embeds of it.
SELECT old.chunk_id AS id, concat_ws(
    E'\n', nullif(d.title, ''), nullif(array_to_string(c.headings, ' > '), ''), c.content
) AS text, NULL::timestamptz AS edited_at
FROM sqlrag.workspaces AS w
JOIN sqlrag.chunk_embeddings AS old ON old.workspace_id = $1 AND old.space_id = w.space_id
JOIN sqlrag.chunks AS c ON c.workspace_id = $1 AND c.chunk_id = old.chunk_id
JOIN sqlrag.documents AS d ON d.workspace_id = $1 AND d.document_id = c.document_id
WHERE w.workspace_id = $1 AND old.chunk_id > $3 AND NOT EXISTS (
    SELECT FROM sqlrag.chunk_embeddings AS new
    WHERE new.workspace_id = $1 AND new.space_id = $2 AND new.chunk_id = old.chunk_id)
ORDER BY old.chunk_id LIMIT $4

-- name: list_unembedded_entities
-- Name and description as a person has them, else as the first document does that describes it.
SELECT old.entity_id AS id, concat_ws(
    E'\n', named.name, nullif(coalesce(e.description, said.description), '')
) AS text, e.edited_at
FROM sqlrag.workspaces AS w
JOIN sqlrag.entity_embeddings AS old ON old.workspace_id = $1 AND old.space_id = w.space_id
JOIN sqlrag.entities AS e ON e.workspace_id = $1 AND e.entity_id = old.entity_id
CROSS JOIN LATERAL sqlrag.name_entities($1, ARRAY[e.entity_id]) AS named
LEFT JOIN LATERAL (
    SELECT m.description FROM sqlrag.mentions AS m
    WHERE m.workspace_id = $1 AND m.entity_id = e.entity_id AND m.description <> '' ORDER BY m.chunk_id LIMIT 1
) AS said ON true
WHERE w.workspace_id = $1 AND old.entity_id > $3 AND NOT EXISTS (
    SELECT FROM sqlrag.entity_embeddings AS new
    WHERE new.workspace_id = $1 AND new.space_id = $2 AND new.entity_id = old.entity_id)
ORDER BY old.entity_id LIMIT $4

-- name: list_unembedded_relations
-- Both ends, keywords and description as a person has them, else as the first evidence does.
SELECT old.relation_id AS id, concat_ws(
    E'\n', CASE WHEN turned.is_reversed THEN target.name || ' — ' || source.name
        ELSE source.name || ' — ' || target.name END,
    nullif(coalesce(r.keywords, said.keywords), ''), nullif(coalesce(r.description, said.description), '')
) AS text, r.edited_at
FROM sqlrag.workspaces AS w
JOIN sqlrag.relation_embeddings AS old ON old.workspace_id = $1 AND old.space_id = w.space_id
JOIN sqlrag.relations AS r ON r.workspace_id = $1 AND r.relation_id = old.relation_id
LEFT JOIN LATERAL (
    SELECT v.keywords, v.description, v.is_reversed FROM sqlrag.evidence AS v
    WHERE v.workspace_id = $1 AND v.relation_id = r.relation_id ORDER BY v.chunk_id LIMIT 1
) AS said ON true
CROSS JOIN LATERAL (SELECT coalesce(r.is_reversed, said.is_reversed, false)) AS turned (is_reversed)
CROSS JOIN LATERAL sqlrag.name_entities($1, ARRAY[r.source_id]) AS source
CROSS JOIN LATERAL sqlrag.name_entities($1, ARRAY[r.target_id]) AS target
WHERE w.workspace_id = $1 AND old.relation_id > $3 AND NOT EXISTS (
    SELECT FROM sqlrag.relation_embeddings AS new
    WHERE new.workspace_id = $1 AND new.space_id = $2 AND new.relation_id = old.relation_id)
ORDER BY old.relation_id LIMIT $4

-- name: add_chunk_embeddings
-- Of those that are still there, in another space than the workspace's.
INSERT INTO sqlrag.chunk_embeddings (workspace_id, chunk_id, space_id, embedding, audience_id)
SELECT $1, c.chunk_id, $2, g.embedding, c.audience_id
FROM unnest($3::bigint[], $4::halfvec[], $5::timestamptz[]) AS g (id, embedding, edited_at)
JOIN sqlrag.chunks AS c ON c.workspace_id = $1 AND c.chunk_id = g.id AND g.edited_at IS NULL
ORDER BY c.chunk_id
FOR SHARE OF c
ON CONFLICT DO NOTHING

-- name: add_entity_embeddings
-- Of those that nobody has edited since their texts were read.
INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
SELECT $1, e.entity_id, $2, g.embedding
FROM unnest($3::bigint[], $4::halfvec[], $5::timestamptz[]) AS g (id, embedding, edited_at)
JOIN sqlrag.entities AS e ON e.workspace_id = $1 AND e.entity_id = g.id AND e.edited_at IS NOT DISTINCT FROM g.edited_at
ORDER BY e.entity_id
FOR SHARE OF e
ON CONFLICT DO NOTHING

-- name: add_relation_embeddings
INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
SELECT $1, r.relation_id, $2, g.embedding
FROM unnest($3::bigint[], $4::halfvec[], $5::timestamptz[]) AS g (id, embedding, edited_at)
JOIN sqlrag.relations AS r
    ON r.workspace_id = $1 AND r.relation_id = g.id AND r.edited_at IS NOT DISTINCT FROM g.edited_at
ORDER BY r.relation_id
FOR SHARE OF r
ON CONFLICT DO NOTHING
