-- Make the evidence of some chunks of a document equal to that given, with the relations that it proves, and give
-- vectors to those that have none. What is the same already is not written again.
CREATE OR REPLACE FUNCTION sqlrag.write_relations(
    workspace int, ids bigint[], chunk_ids bigint[], read_ids bigint[], evidence sqlrag.new_evidence[], vectors
    sqlrag.new_relation_vector[], space int, audience int
)
RETURNS void
-- Entities and chunks are named by their places, as in sqlrag.write_mentions; read_ids are as there.
LANGUAGE plpgsql AS $$
DECLARE
    unrelates boolean := EXISTS (SELECT FROM sqlrag.forgotten_relations AS f WHERE f.workspace_id = workspace);
    said record;
    relation_ids bigint[];
BEGIN
    SELECT array_agg(e.source_id) AS source_ids, array_agg(e.target_id) AS target_ids,
        array_agg(e.chunk_id) AS chunk_ids, array_agg(e.is_reversed) AS reversals, array_agg(e.keywords) AS keywords,
        array_agg(e.description) AS descriptions, array_agg(e.weight) AS weights
    INTO said
    FROM (
        SELECT least(e.a, e.b) AS source_id, greatest(e.a, e.b) AS target_id, e.chunk_id, sum(e.weight) AS weight,
            (array_agg(e.a > e.b ORDER BY e.ordinality))[1] AS is_reversed,
            coalesce(string_agg(DISTINCT nullif(e.keywords, ''), ', '), '') AS keywords,
            coalesce(string_agg(DISTINCT nullif(e.description, ''), ' '), '') AS description
        FROM (
            SELECT ids[g.source] AS a, ids[g.target] AS b, chunk_ids[g.chunk] AS chunk_id, g.*
            FROM unnest(evidence) WITH ORDINALITY AS g
        ) AS e
        WHERE e.a > 0 AND e.b > 0 AND e.a <> e.b
            -- A pair that a person unrelated stays so.
            AND (NOT unrelates OR (
                SELECT f.source_key
                FROM sqlrag.entity_aliases AS source
                JOIN sqlrag.forgotten_relations AS f ON f.workspace_id = workspace AND f.source_key = source.name_key
                JOIN sqlrag.entity_aliases AS target
                    ON target.workspace_id = workspace AND target.name_key = f.target_key AND target.document_id = 0
                WHERE source.workspace_id = workspace AND source.document_id = 0 AND source.entity_id IN (e.a, e.b)
                    AND target.entity_id IN (e.a, e.b) AND target.entity_id <> source.entity_id
                LIMIT 1
            ) IS NULL)
        GROUP BY 1, 2, 3
        ORDER BY 1, 2, 3
    ) AS e;
    IF read_ids = '{}' THEN
        -- In one order, so that no two writers wait for each other.
        WITH related AS (
            INSERT INTO sqlrag.relations AS r (workspace_id, source_id, target_id, weight)
            SELECT workspace, f.source_id, f.target_id, sum(f.weight)
            FROM unnest(said.source_ids, said.target_ids, said.weights) AS f (source_id, target_id, weight)
            GROUP BY f.source_id, f.target_id ORDER BY f.source_id, f.target_id
            ON CONFLICT (workspace_id, source_id, target_id) DO UPDATE
                SET weight = coalesce(r.edited_weight, r.weight + excluded.weight)
            RETURNING relation_id, source_id, target_id
        )
        SELECT array_agg(r.relation_id ORDER BY r.source_id, r.target_id) INTO relation_ids FROM related AS r;
    ELSE
        -- Who has read the document before has the graph alone. What is said anew is summed below.
        INSERT INTO sqlrag.relations (workspace_id, source_id, target_id)
        SELECT workspace, f.source_id, f.target_id
        FROM (SELECT DISTINCT f.* FROM unnest(said.source_ids, said.target_ids) AS f (source_id, target_id)) AS f
        WHERE (
            SELECT r.relation_id FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.source_id = f.source_id AND r.target_id = f.target_id
        ) IS NULL
        ORDER BY f.source_id, f.target_id;
        relation_ids := ARRAY(
            SELECT (
                SELECT r.relation_id FROM sqlrag.relations AS r
                WHERE r.workspace_id = workspace AND r.source_id = f.source_id AND r.target_id = f.target_id
            )
            FROM (SELECT DISTINCT f.* FROM unnest(said.source_ids, said.target_ids) AS f (source_id, target_id)) AS f
            ORDER BY f.source_id, f.target_id
        );
    END IF;
    -- Of each evidence its relation, and where it is stored.
    SELECT array_agg(f.relation_id) AS relation_ids, array_agg(f.chunk_id) AS chunk_ids,
        array_agg(f.is_reversed) AS reversals, array_agg(f.keywords) AS keywords,
        array_agg(f.description) AS descriptions, array_agg(f.weight) AS weights,
        array_agg(held.place) AS places, array_agg(held.is_same) AS sameness
    INTO said
    FROM (
        SELECT f.*, relation_ids[dense_rank() OVER (ORDER BY f.source_id, f.target_id)] AS relation_id
        FROM unnest(said.source_ids, said.target_ids, said.chunk_ids, said.reversals, said.keywords, said.descriptions,
            said.weights)
            AS f (source_id, target_id, chunk_id, is_reversed, keywords, description, weight)
    ) AS f
    LEFT JOIN LATERAL (
        SELECT old.ctid AS place, (old.is_reversed, old.keywords, old.description, old.weight)
            IS NOT DISTINCT FROM (f.is_reversed, f.keywords, f.description, f.weight) AS is_same
        FROM sqlrag.evidence AS old
        WHERE read_ids <> '{}' AND old.workspace_id = workspace AND old.relation_id = f.relation_id
            AND old.chunk_id = f.chunk_id
        OFFSET 0
    ) AS held ON true;
    UPDATE sqlrag.evidence AS old
    SET is_reversed = g.is_reversed, keywords = g.keywords, description = g.description, weight = g.weight
    FROM unnest(said.places, said.sameness, said.reversals, said.keywords, said.descriptions, said.weights)
        AS g (place, is_same, is_reversed, keywords, description, weight)
    WHERE NOT g.is_same AND old.ctid = g.place AND old.workspace_id = workspace;
    INSERT INTO sqlrag.evidence (
        workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight, audience_id
    )
    SELECT workspace, g.relation_id, g.chunk_id, g.is_reversed, g.keywords, g.description, g.weight, audience
    FROM unnest(said.relation_ids, said.chunk_ids, said.reversals, said.keywords, said.descriptions, said.weights,
        said.places) AS g (relation_id, chunk_id, is_reversed, keywords, description, weight, place)
    WHERE g.place IS NULL;
    IF read_ids <> '{}' THEN
        UPDATE sqlrag.relations AS r
        SET weight = coalesce(r.edited_weight, (
            SELECT sum(v.weight) FROM sqlrag.evidence AS v
            WHERE v.workspace_id = workspace AND v.relation_id = r.relation_id
        ))
        WHERE r.workspace_id = workspace AND r.relation_id = ANY (ARRAY(
            SELECT g.relation_id FROM unnest(said.relation_ids, said.sameness) AS g (relation_id, is_same)
            WHERE g.is_same IS NOT TRUE));
        -- Last, so that no relation goes that is still spoken of.
        DELETE FROM sqlrag.evidence AS old
        WHERE old.workspace_id = workspace AND old.chunk_id = ANY (read_ids)
            AND (old.relation_id, old.chunk_id) NOT IN (
                SELECT g.relation_id, g.chunk_id
                FROM unnest(said.relation_ids, said.chunk_ids) AS g (relation_id, chunk_id));
    END IF;
    WITH given AS MATERIALIZED (
        SELECT DISTINCT ON (e.relation_id) e.relation_id, e.embedding
        FROM (
            SELECT g.embedding, g.ordinality, (
                SELECT r.relation_id FROM sqlrag.relations AS r
                WHERE r.workspace_id = workspace AND r.source_id = least(ids[g.source], ids[g.target])
                    AND r.target_id = greatest(ids[g.source], ids[g.target])
            ) AS relation_id
            FROM unnest(vectors) WITH ORDINALITY AS g
            OFFSET 0
        ) AS e
        WHERE e.relation_id IS NOT NULL
        ORDER BY e.relation_id, e.ordinality
    ), known AS MATERIALIZED (
        SELECT given.*, held.place, held.is_same
        FROM given
        LEFT JOIN LATERAL (
            SELECT old.ctid AS place, old.embedding = given.embedding AS is_same
            FROM sqlrag.relation_embeddings AS old
            WHERE read_ids <> '{}' AND old.workspace_id = workspace AND old.space_id = space
                AND old.relation_id = given.relation_id
            OFFSET 0
        ) AS held ON true
    ), renewed AS (
        -- As of entities.
        SELECT k.place, k.embedding
        FROM known AS k
        WHERE NOT k.is_same AND (
                SELECT v.chunk_id FROM sqlrag.evidence AS v
                WHERE v.workspace_id = workspace AND v.relation_id = k.relation_id AND v.chunk_id <> ALL (read_ids)
                LIMIT 1
            ) IS NULL
            AND (
                SELECT r.edited_by FROM sqlrag.relations AS r
                WHERE r.workspace_id = workspace AND r.relation_id = k.relation_id
            ) IS NULL
        OFFSET 0
    ), changed AS (
        UPDATE sqlrag.relation_embeddings AS old SET embedding = renewed.embedding
        FROM renewed
        WHERE old.ctid = renewed.place AND old.workspace_id = workspace
    )
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT workspace, k.relation_id, space, k.embedding FROM known AS k WHERE k.place IS NULL ORDER BY k.relation_id
    ON CONFLICT DO NOTHING;
END;
$$;
