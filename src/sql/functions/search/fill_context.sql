-- What fills a context up to what it may have: around the entities it has, near to a vector, then any.
CREATE OR REPLACE FUNCTION sqlrag.fill_context(
    workspace int, kind text, ids bigint[], embedding halfvec, k int DEFAULT 40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (
    id bigint, score float8, depth int, via_relation_id bigint, from_entity_id bigint, arms sqlrag.arm[]
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
DECLARE
    others bigint[];
BEGIN
    others := sqlrag.other_items(workspace, kind, ids, k, filter);
    IF cardinality(others) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH around AS MATERIALIZED (
            SELECT w.* FROM sqlrag.walk_graph(workspace, ids, 1, k, 30, filter) AS w
            WHERE kind = 'entity' AND w.depth > 0
        ), found AS (
            SELECT a.entity_id AS id, 1 AS tier, 'walk' AS arm, a.score, a.depth, a.via_relation_id, a.from_entity_id
            FROM around AS a
            UNION ALL
            SELECT n.id, CASE kind WHEN 'entity' THEN 2 ELSE 1 END, kind || '_vector', n.similarity, 0, NULL, NULL
            FROM sqlrag.nearest(workspace, kind, embedding, k + cardinality(ids), filter) AS n
            WHERE (SELECT count(*) FROM around) < k
            UNION ALL
            SELECT other, 3, 'rest', 0, 0, NULL, NULL FROM unnest(others) AS other
        ), best AS (
            SELECT DISTINCT ON (f.id) f.* FROM found AS f WHERE f.id <> ALL (ids) ORDER BY f.id, f.tier
        ), ranked AS (
            SELECT b.*, row_number() OVER (PARTITION BY b.tier ORDER BY b.score DESC, b.id) AS rank FROM best AS b
        )
        -- Below all that was found for the question; the rest says nothing of it, and scores 0.
        SELECT r.id, CASE r.arm WHEN 'rest' THEN 0 ELSE 1 / (10000 * r.tier + r.rank)::float8 END,
            r.depth, r.via_relation_id, r.from_entity_id, ARRAY[(r.arm, r.rank, r.score)::sqlrag.arm]
        FROM ranked AS r
        ORDER BY r.tier, r.rank
        LIMIT k;
END;
$$;
