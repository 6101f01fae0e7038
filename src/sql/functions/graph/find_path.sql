-- The shortest way from one entity to another, the strongest among equals: a row per step, with what is said of it.
-- call: SELECT * FROM sqlrag.find_path($1, $2, $3, $4)
-- example: SELECT * FROM rag.find_path('default', 'Paul Graham', 'Robert Morris')
CREATE OR REPLACE FUNCTION sqlrag.find_path(workspace int, a text, b text, max_hops int DEFAULT 4)
RETURNS TABLE (step int, source text, target text, keywords text, quote text, document text, page int, weight float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 4 AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.path_between(
            workspace, sqlrag.find_entity(workspace, a), sqlrag.find_entity(workspace, b), max_hops) AS entity_ids
    ), hop AS MATERIALIZED (
        SELECT n AS step, asked.entity_ids[n] AS from_id, asked.entity_ids[n + 1] AS to_id, r.relation_id, r.weight
        FROM asked
        CROSS JOIN generate_series(1, cardinality(asked.entity_ids) - 1) AS n
        JOIN sqlrag.relations AS r ON r.workspace_id = workspace
            AND r.source_id = least(asked.entity_ids[n], asked.entity_ids[n + 1])
            AND r.target_id = greatest(asked.entity_ids[n], asked.entity_ids[n + 1])
    )
    SELECT hop.step, source.name, target.name, d.keywords, coalesce(best.quote, d.description), best.document,
        best.page, hop.weight
    FROM asked
    CROSS JOIN LATERAL sqlrag.describe_relations(workspace, ARRAY(SELECT h.relation_id FROM hop AS h)) AS d
    JOIN hop USING (relation_id)
    JOIN LATERAL sqlrag.name_entities(workspace, asked.entity_ids) AS source ON source.entity_id = hop.from_id
    JOIN LATERAL sqlrag.name_entities(workspace, asked.entity_ids) AS target ON target.entity_id = hop.to_id
    LEFT JOIN LATERAL (
        -- The best evidence is the heaviest that says something.
        SELECT v.chunk_id, v.description FROM sqlrag.evidence AS v
        WHERE v.workspace_id = workspace AND v.relation_id = hop.relation_id
        ORDER BY v.description <> '' DESC, v.weight DESC, v.chunk_id
        LIMIT 1
    ) AS said ON true
    LEFT JOIN LATERAL sqlrag.quote_chunk(workspace, said.chunk_id, source.name, said.description) AS best ON true
    ORDER BY hop.step
$$;
