-- The entities along the shortest way between two, the strongest among equals; NULL when there is none.
-- call: SELECT rag.path_between($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.path_between(workspace int, a bigint, b bigint, max_hops int DEFAULT 4) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT AS $$
DECLARE
    -- Everything reached from either end: the entity it was reached from and the product of w / (w + 1) on the way.
    sides int[] := ARRAY[1, 2];
    ids bigint[] := ARRAY[a, b];
    depths int[] := ARRAY[0, 0];
    origins bigint[] := ARRAY[NULL, NULL];
    strengths float8[] := ARRAY[1, 1];
    reach int[] := ARRAY[0, 0];
    breadth int[] := ARRAY[1, 1];
    side int;
    meeting bigint;
BEGIN
    IF a = b THEN
        RETURN NULL;
    END IF;
    -- Hubs are read to a limit below, so neighbours are looked up by the pair.
    IF max_hops > 0 AND EXISTS (
        SELECT FROM sqlrag.relations AS r
        WHERE r.workspace_id = workspace AND r.source_id = least(a, b) AND r.target_id = greatest(a, b)
    ) THEN
        RETURN ARRAY[a, b];
    END IF;
    WHILE meeting IS NULL AND reach[1] + reach[2] < max_hops AND least(breadth[1], breadth[2]) > 0 LOOP
        -- From whichever end is narrower.
        side := CASE WHEN breadth[1] <= breadth[2] THEN 1 ELSE 2 END;
        reach[side] := reach[side] + 1;
        WITH reached AS MATERIALIZED (
            SELECT * FROM unnest(sides, ids, depths, strengths) AS r (side, id, depth, strength) WHERE r.side = path_between.side
        ), found AS (
            SELECT DISTINCT ON (edge.id) edge.id, r.id AS origin,
                r.strength * (1 - 1 / (1 + coalesce(nullif(edge.weight, 0), 1))) AS strength
            FROM reached AS r
            CROSS JOIN LATERAL (
                (SELECT e.target_id AS id, e.weight FROM sqlrag.relations AS e
                WHERE e.workspace_id = workspace AND e.source_id = r.id ORDER BY e.weight DESC LIMIT 1000)
                UNION ALL
                (SELECT e.source_id, e.weight FROM sqlrag.relations AS e
                WHERE e.workspace_id = workspace AND e.target_id = r.id ORDER BY e.weight DESC LIMIT 1000)
            ) AS edge
            WHERE r.depth = reach[path_between.side] - 1 AND NOT EXISTS (SELECT FROM reached AS seen WHERE seen.id = edge.id)
            ORDER BY edge.id, strength DESC, r.id
        ), kept AS (
            SELECT * FROM found ORDER BY found.strength DESC, found.id LIMIT 5000
        )
        SELECT count(*) FROM kept INTO breadth[side];
    END LOOP;
    RETURN NULL;
END;
$$;
