-- Write the evidence of a document's chunks, the relations it proves, and the vectors of those that have none.
CREATE OR REPLACE FUNCTION sqlrag.write_relations(
    workspace int, ids bigint[], chunk_ids bigint[], evidence sqlrag.new_evidence[], vectors
    sqlrag.new_relation_vector[], space int, audience int
)
RETURNS void
-- Entities and chunks are named by their places, as in sqlrag.write_mentions.
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
    INSERT INTO sqlrag.evidence (
        workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight, audience_id
    )
    SELECT workspace, relation_ids[f.relation], f.chunk_id, f.is_reversed, f.keywords, f.description, f.weight, audience
    FROM (
        SELECT dense_rank() OVER (ORDER BY f.source_id, f.target_id) AS relation, f.*
        FROM unnest(said.source_ids, said.target_ids, said.chunk_ids, said.reversals, said.keywords, said.descriptions,
            said.weights)
            AS f (source_id, target_id, chunk_id, is_reversed, keywords, description, weight)
    ) AS f;
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT DISTINCT ON (e.relation_id) workspace, e.relation_id, space, e.embedding
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
    ON CONFLICT DO NOTHING;
END;
$$;
