-- The relations of an entity and the neighbours they lead to, as sqlrag.relations_of has them, by the weight of what
-- one may read. Of those that weigh as much the older come first: their order must not tell what others weigh.
CREATE FUNCTION sqlrag_readable.relations_of(workspace int, entity bigint, fan int DEFAULT NULL)
RETURNS TABLE (relation_id bigint, neighbour_id bigint, weight float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 30 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    reach int;
    found record;
BEGIN
    FOR is_source IN 0..1 LOOP
        reach := 4 * fan;
        -- None weighs more than with what one may not read: where enough come before all that is left could be, no hub
        -- is read to its end (the threshold algorithm: Fagin, Lotem & Naor 2003).
        LOOP
            WITH heaviest AS MATERIALIZED (
                (SELECT r.relation_id, r.target_id AS neighbour_id, r.weight, r.is_made_by_hand
                FROM sqlrag.relations AS r
                WHERE is_source = 1 AND r.workspace_id = workspace AND r.source_id = entity
                ORDER BY r.weight DESC, r.relation_id LIMIT reach)
                UNION ALL
                (SELECT r.relation_id, r.source_id, r.weight, r.is_made_by_hand FROM sqlrag.relations AS r
                WHERE is_source = 0 AND r.workspace_id = workspace AND r.target_id = entity
                ORDER BY r.weight DESC, r.relation_id LIMIT reach)
            ), readable AS MATERIALIZED (
                SELECT h.relation_id, h.neighbour_id, r.weight
                FROM heaviest AS h
                -- As sqlrag_readable.relations says, which most need not be looked up in once more.
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN h.is_made_by_hand THEN (
                        SELECT held.weight FROM sqlrag_readable.relations AS held
                        WHERE held.workspace_id = workspace AND held.relation_id = h.relation_id
                    ) ELSE (
                        SELECT sum(v.weight) FROM sqlrag_readable.evidence AS v
                        WHERE v.workspace_id = workspace AND v.relation_id = h.relation_id
                    ) END AS weight
                ) AS r
                WHERE r.weight IS NOT NULL
                ORDER BY r.weight DESC, h.relation_id LIMIT fan
            ), last AS (
                SELECT h.weight, h.relation_id FROM heaviest AS h ORDER BY h.weight, h.relation_id DESC LIMIT 1
            )
            SELECT array_agg(r.relation_id) AS ids, array_agg(r.neighbour_id) AS neighbours,
                array_agg(r.weight) AS weights, count(*) AS count, (SELECT count(*) FROM heaviest) < reach IS NOT FALSE
                    OR count(*) = fan AND bool_and(r.weight > last.weight
                        OR r.weight = last.weight AND r.relation_id <= last.relation_id) AS is_done
            INTO found FROM readable AS r LEFT JOIN last ON true;
            EXIT WHEN found.is_done;
            -- Where none of so many is readable few are, if any; else the share of those that are tells how far to go.
            reach := CASE WHEN found.count > 0 THEN greatest(4 * reach, 1.5 * reach * fan / found.count) END;
        END LOOP;
        RETURN QUERY SELECT * FROM unnest(found.ids, found.neighbours, found.weights);
    END LOOP;
END;
$$;
