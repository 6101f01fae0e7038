-- name: list_documents_to_erase
SELECT d.document_id, d.source_key, d.title
FROM sqlrag.find_erasure($1, $2, $3, $4) AS erasure
JOIN sqlrag.documents AS d ON d.workspace_id = $1 AND d.document_id = ANY (erasure.document_ids)
ORDER BY d.document_id

-- name: list_bare_entities
-- Of some, those that have lost their vector, each with the text that one is made of.
SELECT e.entity_id AS id, concat_ws(
    E'\n', named.name, nullif(coalesce(e.description, said.description), '')
) AS text, e.edited_at
FROM sqlrag.entities AS e
CROSS JOIN LATERAL sqlrag.name_entities($1, ARRAY[e.entity_id]) AS named
LEFT JOIN LATERAL (
    SELECT m.description FROM sqlrag.mentions AS m
    WHERE m.workspace_id = $1 AND m.entity_id = e.entity_id AND m.description <> '' ORDER BY m.chunk_id LIMIT 1
) AS said ON true
WHERE e.workspace_id = $1 AND e.entity_id = ANY ($3::bigint[]) AND NOT EXISTS (
    SELECT FROM sqlrag.entity_embeddings AS v
    WHERE v.workspace_id = $1 AND v.space_id = $2 AND v.entity_id = e.entity_id)
ORDER BY e.entity_id

-- name: list_bare_relations
-- The same of relations that begin at some entities.
SELECT r.relation_id AS id, concat_ws(
    E'\n', CASE WHEN turned.is_reversed THEN target.name || ' — ' || source.name
        ELSE source.name || ' — ' || target.name END,
    nullif(coalesce(r.keywords, said.keywords), ''), nullif(coalesce(r.description, said.description), '')
) AS text, r.edited_at
FROM sqlrag.relations AS r
LEFT JOIN LATERAL (
    SELECT v.keywords, v.description, v.is_reversed FROM sqlrag.evidence AS v
    WHERE v.workspace_id = $1 AND v.relation_id = r.relation_id ORDER BY v.chunk_id LIMIT 1
) AS said ON true
CROSS JOIN LATERAL (SELECT coalesce(r.is_reversed, said.is_reversed, false)) AS turned (is_reversed)
CROSS JOIN LATERAL sqlrag.name_entities($1, ARRAY[r.source_id]) AS source
CROSS JOIN LATERAL sqlrag.name_entities($1, ARRAY[r.target_id]) AS target
WHERE r.workspace_id = $1 AND r.source_id = ANY ($3::bigint[]) AND NOT EXISTS (
    SELECT FROM sqlrag.relation_embeddings AS v
    WHERE v.workspace_id = $1 AND v.space_id = $2 AND v.relation_id = r.relation_id)
ORDER BY r.relation_id

-- name: vacuum_tables
VACUUM sqlrag.documents, sqlrag.originals, sqlrag.chunks, sqlrag.chunk_terms, sqlrag.chunk_embeddings, sqlrag.entities,
    sqlrag.entity_aliases, sqlrag.mentions, sqlrag.relations, sqlrag.evidence, sqlrag.entity_embeddings,
    sqlrag.relation_embeddings, sqlrag.entity_summaries, sqlrag.relation_summaries, sqlrag.model_calls, sqlrag.rejects,
    sqlrag.answers, sqlrag.edits, sqlrag.forgotten_relations, sqlrag.eval_runs, sqlrag.eval_questions, sqlrag.jobs,
    sqlrag.watched_tables, sqlrag.schedules, sqlrag.keys, sqlrag.workspaces, sqlrag.audit,
    sqlrag.replies, sqlrag.conversations, sqlrag.turns, sqlrag.uploads
