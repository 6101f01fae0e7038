-- Write the mentions of a document's chunks, and the vectors of entities that have none.
-- call: SELECT rag.write_mentions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
CREATE OR REPLACE FUNCTION rag.write_mentions(
    workspace int, ids bigint[], chunk_ids bigint[], mention_chunks int[], mention_keys int[], mention_names text[],
    types text[], descriptions text[], subjects boolean[], space int, entity_keys int[], entity_vectors halfvec[]
)
RETURNS void
-- Entities and chunks are named by their places, from 1, in those two arrays: looked up, not joined, so
-- that no plan can compare thousands with thousands.
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sqlrag.mentions (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
    SELECT DISTINCT ON (m.entity_id, m.chunk_id)
        workspace, m.entity_id, m.chunk_id, m.name, m.type, m.description, m.is_subject
    FROM (
        SELECT ids[g.key] AS entity_id, chunk_ids[g.chunk] AS chunk_id, g.*
        FROM unnest(mention_chunks, mention_keys, mention_names, types, descriptions, subjects) WITH ORDINALITY
            AS g (chunk, key, name, type, description, is_subject, place)
    ) AS m
    WHERE m.entity_id > 0
    ORDER BY m.entity_id, m.chunk_id, m.is_subject DESC, m.place;
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT DISTINCT ON (e.entity_id) workspace, e.entity_id, space, e.embedding
    FROM (
        SELECT ids[g.key] AS entity_id, g.embedding, g.place
        FROM unnest(entity_keys, entity_vectors) WITH ORDINALITY AS g (key, embedding, place)
    ) AS e
    WHERE e.entity_id > 0
    ORDER BY e.entity_id, e.place
    ON CONFLICT DO NOTHING;
END;
$$;
COMMENT ON FUNCTION rag.write_mentions IS 'Write the mentions of a document''s chunks; rag.write_document calls it.';
