-- The ways to chunks that hops found: a row per chunk of goals, its steps from what the question names, with quotes.
-- The arrays are of all chunks found: at which hop, by which entity, from which chunk.
-- example: SELECT * FROM rag.explain_hops('default', ARRAY[2], ARRAY[1, 2], ARRAY[0, 1], ARRAY[7, 8], ARRAY[NULL,
--  1]::bigint[])
CREATE OR REPLACE FUNCTION sqlrag.explain_hops(
    workspace int, goals bigint[], chunk_ids bigint[], hops int[], entity_ids bigint[], from_chunk_ids bigint[]
)
RETURNS TABLE (chunk_id bigint, path json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH RECURSIVE found AS MATERIALIZED (
        SELECT f.* FROM unnest(chunk_ids, hops, entity_ids, from_chunk_ids) AS f (chunk_id, hop, entity_id,
            from_chunk_id)
    ), way AS (
        SELECT found.chunk_id AS goal, found.* FROM found WHERE found.chunk_id = ANY (goals) AND found.hop IS NOT NULL
        UNION ALL
        SELECT way.goal, found.* FROM way JOIN found ON found.chunk_id = way.from_chunk_id AND found.hop < way.hop
    ), step AS MATERIALIZED (
        -- A hop is explained where it starts; what the question names, where it is found.
        SELECT way.goal, way.hop, coalesce(e.name, m.name) AS entity, coalesce(m.name, e.name) AS phrase,
            way.chunk_id, coalesce(way.from_chunk_id, way.chunk_id) AS said_id
        FROM way
        -- The limits keep it to look-ups.
        CROSS JOIN LATERAL (
            SELECT known.name FROM sqlrag.entities AS known
            WHERE known.workspace_id = workspace AND known.entity_id = way.entity_id LIMIT 1
        ) AS e
        JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.entity_id = way.entity_id
            AND m.chunk_id = way.chunk_id
        UNION ALL
        SELECT way.goal, way.hop, NULL, NULL, way.chunk_id, way.chunk_id FROM way WHERE way.entity_id IS NULL
    ), quote AS MATERIALIZED (
        -- Ways share their beginnings.
        SELECT said.chunk_id, asked.phrase, coalesce(q.quote, left(said.content, 200)) AS quote
        FROM (SELECT DISTINCT step.said_id, step.phrase FROM step) AS asked
        JOIN sqlrag.chunks AS said ON said.workspace_id = workspace AND said.chunk_id = asked.said_id
        LEFT JOIN LATERAL sqlrag.quote_around(said.content, asked.phrase) AS q ON true
    )
    SELECT step.goal, json_agg(json_build_object(
        'entity', step.entity, 'chunk_id', step.chunk_id, 'title', d.title,
        'quote', quote.quote, 'quoted_chunk_id', step.said_id) ORDER BY step.hop)
    FROM step
    JOIN quote ON quote.chunk_id = step.said_id AND quote.phrase IS NOT DISTINCT FROM step.phrase
    CROSS JOIN LATERAL (
        SELECT found.title
        FROM sqlrag.chunks AS c
        JOIN sqlrag.documents AS found ON found.workspace_id = workspace AND found.document_id = c.document_id
        WHERE c.workspace_id = workspace AND c.chunk_id = step.chunk_id LIMIT 1
    ) AS d
    GROUP BY step.goal
$$;
