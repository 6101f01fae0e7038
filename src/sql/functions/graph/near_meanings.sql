-- Pairs of entities with nearly the same vector, without comparing each with each.
CREATE OR REPLACE FUNCTION sqlrag.near_meanings(workspace int, k int DEFAULT 1000, nearness float8 DEFAULT 0.8)
RETURNS TABLE (a_id bigint, b_id bigint, similarity float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
    WITH vector AS MATERIALIZED (
        SELECT v.entity_id, v.embedding, signs.bits, length(signs.bits) AS dimensions,
            substring(signs.bits FROM 1 FOR 64) AS sketch
        FROM sqlrag.workspaces AS w
        JOIN sqlrag.entity_embeddings AS v ON v.workspace_id = workspace AND v.space_id = w.space_id
        CROSS JOIN LATERAL (SELECT binary_quantize(v.embedding) AS bits OFFSET 0) AS signs
        WHERE w.workspace_id = workspace
    ), neighbourhood AS (
        -- Near vectors have many signs in common: sorted by the signs from one of twelve places on,
        -- they come to stand near each other in one order or another (Charikar 2002).
        SELECT v.entity_id, v.sketch, array_agg(v.entity_id) OVER following AS ids,
            array_agg(v.sketch) OVER following AS sketches
        FROM vector AS v CROSS JOIN generate_series(0, 11) AS turn
        WINDOW following AS (
            PARTITION BY turn ORDER BY substring((v.bits || v.bits) FROM 1 + turn * v.dimensions / 12 FOR 128),
                v.entity_id
            ROWS BETWEEN 1 FOLLOWING AND 6 FOLLOWING
        )
    ), pair AS MATERIALIZED (
        -- Vectors that differ in a third of the signs are at a cosine of 0.5.
        SELECT DISTINCT least(n.entity_id, other.entity_id) AS a_id, greatest(n.entity_id, other.entity_id) AS b_id
        FROM neighbourhood AS n CROSS JOIN LATERAL unnest(n.ids, n.sketches) AS other (entity_id, sketch)
        WHERE bit_count(n.sketch # other.sketch) <= length(n.sketch) / 3.0
    ), compared AS (
        SELECT pair.a_id, pair.b_id, 1 - (a.embedding <=> b.embedding) AS similarity
        FROM pair JOIN vector AS a ON a.entity_id = pair.a_id JOIN vector AS b ON b.entity_id = pair.b_id
    )
    SELECT c.a_id, c.b_id, c.similarity FROM compared AS c
    WHERE c.similarity >= nearness
    ORDER BY c.similarity DESC, c.a_id, c.b_id LIMIT k
$$;
