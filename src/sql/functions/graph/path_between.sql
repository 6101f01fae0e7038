-- The entities along the shortest way between two, the strongest among equals; NULL when there is none.
CREATE OR REPLACE FUNCTION sqlrag.path_between(workspace int, a bigint, b bigint, max_hops int DEFAULT 4)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT AS $$
DECLARE
    -- All that was reached from either end, where from, and the product of w / (w + 1) on the way.
    sides int[] := ARRAY[1, 2];
    ids bigint[] := ARRAY[a, b];
    origins bigint[] := ARRAY[NULL, NULL];
    depths int[] := ARRAY[0, 0];
    strengths float8[] := ARRAY[1, 1];
    reach int[] := ARRAY[0, 0];
    breadth int[] := ARRAY[1, 1];
    before int;
    turn int;
    meeting bigint;
BEGIN
    -- The widening below reads a hub to a limit only; this does not.
    IF max_hops > 0 AND EXISTS (
        SELECT FROM sqlrag.relations AS r
        WHERE r.workspace_id = workspace AND r.source_id = least(a, b) AND r.target_id = greatest(a, b)
    ) THEN
        RETURN ARRAY[a, b];
    END IF;
    WHILE a <> b AND meeting IS NULL AND reach[1] + reach[2] < max_hops AND least(breadth[1], breadth[2]) > 0 LOOP
        -- From the end that is narrower, and at most about 100,000 edges a turn.
        turn := CASE WHEN breadth[1] <= breadth[2] THEN 1 ELSE 2 END;
        reach[turn] := reach[turn] + 1;
        before := cardinality(ids);
        WITH seen AS MATERIALIZED (
            SELECT r.* FROM unnest(sides, ids, depths, strengths) AS r (side, id, depth, strength) WHERE r.side = turn
        ), frontier AS (
            SELECT s.id, s.strength FROM seen AS s WHERE s.depth = reach[turn] - 1
            ORDER BY s.strength DESC, s.id LIMIT 1000
        ), found AS (
            SELECT DISTINCT ON (edge.id) edge.id, f.id AS origin,
                f.strength * (1 - 1 / (1 + coalesce(nullif(edge.weight, 0), 1))) AS strength
            FROM frontier AS f
            CROSS JOIN LATERAL sqlrag.relations_of(workspace, f.id, greatest(50, 20000 / breadth[turn]))
                AS edge (relation_id, id, weight)
            WHERE edge.id NOT IN (SELECT s.id FROM seen AS s)
            ORDER BY edge.id, strength DESC, f.id
        )
        SELECT sides || array_agg(turn), ids || array_agg(found.id), origins || array_agg(found.origin),
            depths || array_agg(reach[turn]), strengths || array_agg(found.strength)
        INTO sides, ids, origins, depths, strengths
        FROM found;
        breadth[turn] := cardinality(ids) - before;
        -- What was reached from both ends; grouped, since a join of arrays is planned for short ones.
        meeting := (
            SELECT r.id FROM unnest(ids, depths, strengths) AS r (id, depth, strength)
            GROUP BY r.id HAVING count(*) = 2
            ORDER BY sum(r.depth), min(r.strength) * max(r.strength) DESC, r.id LIMIT 1
        );
    END LOOP;
    RETURN (
        WITH RECURSIVE way AS (
            SELECT t.side, t.id, t.origin, 0 AS distance FROM unnest(sides, ids, origins) AS t (side, id, origin)
            WHERE t.id = meeting
            UNION ALL
            SELECT t.side, t.id, t.origin, way.distance + 1
            FROM way JOIN unnest(sides, ids, origins) AS t (side, id, origin) ON t.side = way.side AND t.id = way.origin
        )
        SELECT array_agg(way.id ORDER BY CASE way.side WHEN 1 THEN -way.distance ELSE way.distance END)
        FROM way WHERE way.side = 1 OR way.distance > 0
    );
END;
$$;
