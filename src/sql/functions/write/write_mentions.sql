-- Make the mentions of some chunks of a document equal to those given, and give vectors to entities that have none.
-- What is the same already is not written again.
CREATE OR REPLACE FUNCTION sqlrag.write_mentions(
    workspace int, ids bigint[], chunk_ids bigint[], read_ids bigint[], mentions sqlrag.new_mention[], vectors
    sqlrag.new_entity_vector[], space int, audience int
)
RETURNS void
-- Entities and chunks are named by their places in ids and chunk_ids, and what is stored is looked up: not joined, so
-- that no plan can compare thousands with thousands. read_ids are the chunks read anew, none of a new document.
LANGUAGE plpgsql AS $$
DECLARE
    said record;
BEGIN
    SELECT array_agg(m.entity_id) AS entity_ids, array_agg(m.chunk_id) AS chunk_ids, array_agg(m.written) AS names,
        array_agg(m.type) AS types, array_agg(m.description) AS descriptions, array_agg(m.is_subject) AS subjects,
        array_agg(held.place) AS places, array_agg(held.is_same) AS sameness
    INTO said
    FROM (
        SELECT DISTINCT ON (m.entity_id, m.chunk_id) m.*
        FROM (
            SELECT ids[g.name] AS entity_id, chunk_ids[g.chunk] AS chunk_id, g.written, g.type, g.description,
                g.is_subject, g.ordinality
            FROM unnest(mentions) WITH ORDINALITY AS g
        ) AS m
        WHERE m.entity_id > 0
        ORDER BY m.entity_id, m.chunk_id, m.is_subject DESC, m.ordinality
    ) AS m
    LEFT JOIN LATERAL (
        SELECT old.ctid AS place, (old.name, old.type, old.description, old.is_subject)
            IS NOT DISTINCT FROM (m.written, m.type, m.description, m.is_subject) AS is_same
        FROM sqlrag.mentions AS old
        WHERE read_ids <> '{}' AND old.workspace_id = workspace AND old.entity_id = m.entity_id
            AND old.chunk_id = m.chunk_id
        OFFSET 0
    ) AS held ON true;
    UPDATE sqlrag.mentions AS old
    SET name = g.name, type = g.type, description = g.description, is_subject = g.is_subject
    FROM unnest(said.places, said.sameness, said.names, said.types, said.descriptions, said.subjects)
        AS g (place, is_same, name, type, description, is_subject)
    WHERE NOT g.is_same AND old.ctid = g.place AND old.workspace_id = workspace;
    INSERT INTO sqlrag.mentions (workspace_id, entity_id, chunk_id, name, type, description, is_subject, audience_id)
    SELECT workspace, g.entity_id, g.chunk_id, g.name, g.type, g.description, g.is_subject, audience
    FROM unnest(said.entity_ids, said.chunk_ids, said.names, said.types, said.descriptions, said.subjects, said.places)
        AS g (entity_id, chunk_id, name, type, description, is_subject, place)
    WHERE g.place IS NULL;
    IF read_ids <> '{}' THEN
        -- Last, so that no entity goes that is still spoken of.
        DELETE FROM sqlrag.mentions AS old
        WHERE old.workspace_id = workspace AND old.chunk_id = ANY (read_ids)
            AND (old.entity_id, old.chunk_id) NOT IN (
                SELECT g.entity_id, g.chunk_id FROM unnest(said.entity_ids, said.chunk_ids) AS g (entity_id, chunk_id));
    END IF;
    WITH given AS MATERIALIZED (
        SELECT DISTINCT ON (e.entity_id) e.entity_id, e.embedding
        FROM (SELECT ids[g.name] AS entity_id, g.* FROM unnest(vectors) WITH ORDINALITY AS g) AS e
        WHERE e.entity_id > 0
        ORDER BY e.entity_id, e.ordinality
    ), known AS MATERIALIZED (
        SELECT given.*, held.place, held.is_same
        FROM given
        LEFT JOIN LATERAL (
            SELECT old.ctid AS place, old.embedding = given.embedding AS is_same
            FROM sqlrag.entity_embeddings AS old
            WHERE read_ids <> '{}' AND old.workspace_id = workspace AND old.space_id = space
                AND old.entity_id = given.entity_id
            OFFSET 0
        ) AS held ON true
    ), renewed AS (
        -- One that only these chunks speak of, and no person, is embedded by what they say now.
        SELECT k.place, k.embedding
        FROM known AS k
        WHERE NOT k.is_same AND (
                SELECT m.chunk_id FROM sqlrag.mentions AS m
                WHERE m.workspace_id = workspace AND m.entity_id = k.entity_id AND m.chunk_id <> ALL (read_ids) LIMIT 1
            ) IS NULL
            AND (
                SELECT e.edited_by FROM sqlrag.entities AS e
                WHERE e.workspace_id = workspace AND e.entity_id = k.entity_id
            ) IS NULL
            AND NOT sqlrag.is_related_by_hand(workspace, k.entity_id)
        OFFSET 0
    ), changed AS (
        UPDATE sqlrag.entity_embeddings AS old SET embedding = renewed.embedding
        FROM renewed
        WHERE old.ctid = renewed.place AND old.workspace_id = workspace
    )
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT workspace, k.entity_id, space, k.embedding FROM known AS k WHERE k.place IS NULL ORDER BY k.entity_id
    ON CONFLICT DO NOTHING;
END;
$$;
