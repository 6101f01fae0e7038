-- Write the evidence of a document's chunks, the relations it proves, and the vectors of those that have none.
-- call: SELECT rag.write_relations($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
CREATE OR REPLACE FUNCTION rag.write_relations(
    workspace int, ids bigint[], chunk_ids bigint[], evidence_chunks int[], source_keys int[], target_keys int[],
    keyword_lists text[], statements text[], weights float8[], space int, pair_sources int[], pair_targets int[],
    pair_vectors halfvec[]
)
RETURNS void
-- Entities and chunks are named by their places, as in rag.write_mentions.
LANGUAGE plpgsql AS $$
DECLARE
    unrelates boolean;
    said record;
    relation_ids bigint[];
BEGIN
    unrelates := EXISTS (SELECT FROM sqlrag.forgotten_relations AS f WHERE f.workspace_id = workspace);
    SELECT array_agg(e.source_id) AS source_ids, array_agg(e.target_id) AS target_ids, array_agg(e.chunk_id) AS chunk_ids,
        array_agg(e.is_reversed) AS reversals, array_agg(e.keywords) AS keywords, array_agg(e.description) AS descriptions,
        array_agg(e.weight) AS weights
    INTO said
    FROM (
        SELECT least(e.a, e.b) AS source_id, greatest(e.a, e.b) AS target_id, e.chunk_id, sum(e.weight) AS weight,
            (array_agg(e.a > e.b ORDER BY e.place))[1] AS is_reversed,
            coalesce(string_agg(DISTINCT nullif(e.keywords, ''), ', '), '') AS keywords,
            coalesce(string_agg(DISTINCT nullif(e.description, ''), ' '), '') AS description
        FROM (
            SELECT ids[g.source] AS a, ids[g.target] AS b, chunk_ids[g.chunk] AS chunk_id, g.*
            FROM unnest(evidence_chunks, source_keys, target_keys, keyword_lists, statements, weights) WITH ORDINALITY
                AS g (chunk, source, target, keywords, description, weight, place)
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
        ON CONFLICT (workspace_id, source_id, target_id) DO UPDATE SET weight = coalesce(r.edited_weight, r.weight + excluded.weight)
        RETURNING relation_id, source_id, target_id
    )
    SELECT array_agg(r.relation_id ORDER BY r.source_id, r.target_id) INTO relation_ids FROM related AS r;
    INSERT INTO sqlrag.evidence (workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight)
    SELECT workspace, relation_ids[f.relation], f.chunk_id, f.is_reversed, f.keywords, f.description, f.weight
    FROM (
        SELECT dense_rank() OVER (ORDER BY f.source_id, f.target_id) AS relation, f.*
        FROM unnest(said.source_ids, said.target_ids, said.chunk_ids, said.reversals, said.keywords, said.descriptions, said.weights)
            AS f (source_id, target_id, chunk_id, is_reversed, keywords, description, weight)
    ) AS f;
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT DISTINCT ON (e.relation_id) workspace, e.relation_id, space, e.embedding
    FROM (
        SELECT g.embedding, g.place, (
            SELECT r.relation_id FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.source_id = least(ids[g.source], ids[g.target])
                AND r.target_id = greatest(ids[g.source], ids[g.target])
        ) AS relation_id
        FROM unnest(pair_sources, pair_targets, pair_vectors) WITH ORDINALITY AS g (source, target, embedding, place)
        OFFSET 0
    ) AS e
    WHERE e.relation_id IS NOT NULL
    ORDER BY e.relation_id, e.place
    ON CONFLICT DO NOTHING;
END;
$$;
COMMENT ON FUNCTION rag.write_relations IS 'Write the evidence of a document''s chunks and the relations it proves; rag.write_document calls it.';
