-- Write the mentions of a document's chunks, and the vectors of entities that have none.
CREATE OR REPLACE FUNCTION sqlrag.write_mentions(
    workspace int, ids bigint[], chunk_ids bigint[], mentions sqlrag.new_mention[], vectors sqlrag.new_entity_vector[],
    space int, audience int
)
RETURNS void
-- Entities and chunks are named by their places in those two arrays: looked up, not joined, so that no plan
-- can compare thousands with thousands.
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sqlrag.mentions (workspace_id, entity_id, chunk_id, name, type, description, is_subject, audience_id)
    SELECT DISTINCT ON (m.entity_id, m.chunk_id)
        workspace, m.entity_id, m.chunk_id, m.written, m.type, m.description, m.is_subject, audience
    FROM (
        SELECT ids[g.name] AS entity_id, chunk_ids[g.chunk] AS chunk_id, g.*
        FROM unnest(mentions) WITH ORDINALITY AS g
    ) AS m
    WHERE m.entity_id > 0
    ORDER BY m.entity_id, m.chunk_id, m.is_subject DESC, m.ordinality;
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT DISTINCT ON (e.entity_id) workspace, e.entity_id, space, e.embedding
    FROM (SELECT ids[g.name] AS entity_id, g.* FROM unnest(vectors) WITH ORDINALITY AS g) AS e
    WHERE e.entity_id > 0
    ORDER BY e.entity_id, e.ordinality
    ON CONFLICT DO NOTHING;
END;
$$;
