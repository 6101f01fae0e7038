-- Walk outward from entities, strongest first, never twice through one entity.
CREATE OR REPLACE FUNCTION sqlrag.walk_graph(
    workspace int, entities bigint[], hops int DEFAULT 1, beam int DEFAULT 100, fan int DEFAULT 30, filter jsonb DEFAULT
    NULL, scores float8[] DEFAULT NULL
)
RETURNS TABLE (entity_id bigint, depth int, score float8, via_relation_id bigint, from_entity_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    WITH RECURSIVE few AS MATERIALIZED (
        SELECT sqlrag.few_chunks(workspace, filter) AS ids
    ), proof AS MATERIALIZED (
        -- Where a filter admits few chunks, all that they relate, from both ends.
        SELECT way.origin_id, way.neighbour_id, said.relation_id, said.weight
        FROM (
            SELECT v.relation_id, sum(v.weight) AS weight FROM sqlrag.evidence AS v
            WHERE v.workspace_id = workspace AND v.chunk_id = ANY (ARRAY(SELECT unnest(few.ids) FROM few))
            GROUP BY v.relation_id
        ) AS said
        CROSS JOIN LATERAL (
            SELECT relation.source_id, relation.target_id FROM sqlrag.relations AS relation
            WHERE relation.workspace_id = workspace AND relation.relation_id = said.relation_id LIMIT 1
        ) AS r
        CROSS JOIN LATERAL (VALUES (r.source_id, r.target_id), (r.target_id, r.source_id))
            AS way (origin_id, neighbour_id)
    ), walk AS (
        -- One row of arrays is the whole state, so that each step knows all that was seen before.
        SELECT 0 AS depth, 0 AS done, array_agg(seed.entity_id) AS ids, array_agg(0) AS depths,
            array_agg(seed.score) AS scores,
            array_agg(NULL::bigint) AS relations, array_agg(NULL::bigint) AS origins
        FROM (
            SELECT e.entity_id, max(coalesce(given.score, 1)) AS score
            FROM unnest(entities, scores) AS given (entity_id, score)
            JOIN sqlrag.entities AS e ON e.workspace_id = workspace AND e.entity_id = given.entity_id
            GROUP BY e.entity_id
        ) AS seed
        HAVING count(*) > 0
        UNION ALL
        SELECT walk.depth + 1, cardinality(walk.ids), walk.ids || step.ids,
            walk.depths || array_fill(walk.depth + 1, ARRAY[cardinality(step.ids)]),
            walk.scores || step.scores, walk.relations || step.relations, walk.origins || step.origins
        FROM walk CROSS JOIN LATERAL (
            SELECT array_agg(best.entity_id) AS ids, array_agg(best.score) AS scores,
                array_agg(best.relation_id) AS relations, array_agg(best.origin_id) AS origins
            FROM (
                SELECT flow.entity_id, sum(flow.score) AS score,
                    (array_agg(flow.relation_id ORDER BY flow.score DESC, flow.relation_id))[1] AS relation_id,
                    (array_agg(flow.origin_id ORDER BY flow.score DESC, flow.relation_id))[1] AS origin_id
                FROM (
                    -- What an entity hands on shrinks with each hop, with the doubt in an edge and with the number of
                    -- edges. An edge without weight was made by a person.
                    SELECT edge.entity_id, edge.relation_id, origin.entity_id AS origin_id, origin.score * 0.6::float8
                        * (1 - 1 / (1 + coalesce(nullif(edge.weight, 0), 1))) / sqrt(edge.degree::float8) AS score
                    FROM unnest(walk.ids[walk.done + 1:], walk.scores[walk.done + 1:]) AS origin (entity_id, score)
                    CROSS JOIN LATERAL (
                        SELECT allowed.*, count(*) OVER () AS degree
                        FROM (
                            -- A filter looks further, not to the end of a hub.
                            SELECT near.neighbour_id AS entity_id, near.relation_id,
                                CASE WHEN filter IS NULL THEN near.weight ELSE (
                                    SELECT sum(v.weight)
                                    FROM sqlrag.permitted_evidence(workspace, near.relation_id, filter) AS v
                                ) END AS weight
                            FROM sqlrag.relations_of(workspace, origin.entity_id,
                                CASE WHEN filter IS NULL THEN fan ELSE 20 * fan END) AS near
                            WHERE (SELECT few.ids FROM few) IS NULL
                            UNION ALL
                            SELECT proof.neighbour_id, proof.relation_id, proof.weight FROM proof
                            WHERE proof.origin_id = origin.entity_id
                        ) AS allowed
                        WHERE allowed.weight IS NOT NULL
                        ORDER BY allowed.weight DESC, allowed.relation_id LIMIT fan
                    ) AS edge
                    WHERE edge.entity_id NOT IN (SELECT unnest(walk.ids))
                ) AS flow
                GROUP BY flow.entity_id
                ORDER BY score DESC, flow.entity_id LIMIT beam
            ) AS best
        ) AS step
        WHERE walk.depth < hops AND step.ids IS NOT NULL
    )
    SELECT reached.entity_id, reached.depth, reached.score, reached.via_relation_id, reached.from_entity_id
    FROM (SELECT * FROM walk ORDER BY walk.depth DESC LIMIT 1) AS walked
    CROSS JOIN LATERAL unnest(walked.ids, walked.depths, walked.scores, walked.relations, walked.origins)
        AS reached (entity_id, depth, score, via_relation_id, from_entity_id)
    ORDER BY reached.depth, reached.score DESC, reached.entity_id
$$;
