-- The relations of an entity and the neighbours they lead to, as sqlrag.relations_of has them, by the weight of what
-- one may read. Of those that weigh as much the older come first: their order must not tell what others weigh.
CREATE FUNCTION sqlrag_readable.relations_of(workspace int, entity bigint, fan int DEFAULT NULL)
RETURNS TABLE (relation_id bigint, neighbour_id bigint, weight float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 30 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    reach int := 4 * fan;
    found record;
BEGIN
    FOR is_source IN 0..1 LOOP
        -- None weighs more than with what one may not read: where enough are heavier than all that is left could
        -- be, no hub is read to its end (the threshold algorithm: Fagin, Lotem & Naor 2003).
        WITH heaviest AS MATERIALIZED (
            (SELECT r.relation_id, r.target_id AS neighbour_id, r.weight FROM sqlrag.relations AS r
            WHERE is_source = 1 AND r.workspace_id = workspace AND r.source_id = entity
            ORDER BY r.weight DESC LIMIT coalesce(reach, 0))
            UNION ALL
            (SELECT r.relation_id, r.source_id, r.weight FROM sqlrag.relations AS r
            WHERE is_source = 0 AND r.workspace_id = workspace AND r.target_id = entity
            ORDER BY r.weight DESC LIMIT coalesce(reach, 0))
        ), readable AS MATERIALIZED (
            SELECT h.relation_id, h.neighbour_id, r.weight
            FROM heaviest AS h
            CROSS JOIN LATERAL (
                SELECT held.weight FROM sqlrag_readable.relations AS held
                WHERE held.workspace_id = workspace AND held.relation_id = h.relation_id
            ) AS r
            ORDER BY r.weight DESC, h.relation_id LIMIT fan
        )
        SELECT array_agg(r.relation_id) AS ids, array_agg(r.neighbour_id) AS neighbours,
            array_agg(r.weight) AS weights, min(r.weight) AS least, count(*) AS count,
            (SELECT min(h.weight) FROM heaviest AS h) AS bound, (SELECT count(*) FROM heaviest) AS looked_at
        INTO found FROM readable AS r;
        IF found.looked_at < reach OR found.count = fan AND found.least > found.bound THEN
            RETURN QUERY SELECT * FROM unnest(found.ids, found.neighbours, found.weights);
        ELSE
            RETURN QUERY
                (SELECT r.relation_id, r.target_id, r.weight FROM sqlrag_readable.relations AS r
                WHERE is_source = 1 AND r.workspace_id = workspace AND r.source_id = entity
                ORDER BY r.weight DESC, r.relation_id LIMIT fan)
                UNION ALL
                (SELECT r.relation_id, r.source_id, r.weight FROM sqlrag_readable.relations AS r
                WHERE is_source = 0 AND r.workspace_id = workspace AND r.target_id = entity
                ORDER BY r.weight DESC, r.relation_id LIMIT fan);
        END IF;
    END LOOP;
END;
$$;
