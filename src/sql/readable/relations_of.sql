-- The relations of an entity and the neighbours they lead to, as sqlrag.relations_of has them, by the weight of what
-- one may read. Of those that weigh as much the older come first: their order must not tell what others weigh.
CREATE FUNCTION sqlrag_readable.relations_of(workspace int, entity bigint, fan int DEFAULT NULL)
RETURNS TABLE (relation_id bigint, neighbour_id bigint, weight float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 30 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    reach int;
    beneath float8;  -- where reading goes on: after the weight, and of those that weigh as much after the id
    after_id bigint;
    least_weight float8;  -- of those that are wanted, as far as is known
    step record;
    best record;
BEGIN
    FOR is_source IN 0..1 LOOP
        -- What a person weighed anew may weigh anything without him: the few of them are looked at apart.
        SELECT array_agg(r.relation_id) AS ids, array_agg(r.neighbour_id) AS neighbours, array_agg(r.weight) AS weights
        INTO best
        FROM (
            SELECT r.relation_id, CASE is_source WHEN 1 THEN r.target_id ELSE r.source_id END AS neighbour_id, r.weight
            FROM sqlrag_readable.relations AS r
            WHERE r.workspace_id = workspace AND r.relation_id = ANY (ARRAY(
                SELECT edited.relation_id FROM sqlrag.relations AS edited
                WHERE is_source = 1 AND edited.workspace_id = workspace AND edited.source_id = entity
                    AND edited.edited_by IS NOT NULL
                UNION ALL
                SELECT edited.relation_id FROM sqlrag.relations AS edited
                WHERE is_source = 0 AND edited.workspace_id = workspace AND edited.target_id = entity
                    AND edited.edited_by IS NOT NULL))
            ORDER BY r.weight DESC, r.relation_id LIMIT fan
        ) AS r;
        -- As far as so many are likely to be readable.
        reach := least(50 * fan, greatest(2 * fan, ceil(1.5 * fan / greatest(sqlrag_readable.share(), 0.001))));
        beneath := 'Infinity';
        after_id := 0;
        least_weight := 0;
        -- Of the others none weighs more than with what one may not read: where enough come before all that is left
        -- could be, no hub is read to its end (the threshold algorithm: Fagin, Lotem & Naor 2003).
        LOOP
            WITH heaviest AS MATERIALIZED (
                (SELECT r.relation_id, r.target_id AS neighbour_id, r.weight
                FROM sqlrag.relations AS r
                WHERE is_source = 1 AND r.workspace_id = workspace AND r.source_id = entity
                    AND r.weight BETWEEN least_weight AND beneath AND (r.weight < beneath OR r.relation_id > after_id)
                    AND r.edited_by IS NULL
                ORDER BY r.weight DESC, r.relation_id LIMIT reach)
                UNION ALL
                (SELECT r.relation_id, r.source_id, r.weight
                FROM sqlrag.relations AS r
                WHERE is_source = 0 AND r.workspace_id = workspace AND r.target_id = entity
                    AND r.weight BETWEEN least_weight AND beneath AND (r.weight < beneath OR r.relation_id > after_id)
                    AND r.edited_by IS NULL
                ORDER BY r.weight DESC, r.relation_id LIMIT reach)
            ), said AS (
                SELECT v.relation_id, sum(v.weight) AS weight
                FROM sqlrag_readable.evidence AS v
                WHERE v.workspace_id = workspace
                    AND v.relation_id = ANY (ARRAY(SELECT h.relation_id FROM heaviest AS h))
                GROUP BY v.relation_id
            ), readable AS MATERIALIZED (
                SELECT b.relation_id, b.neighbour_id, b.weight
                FROM unnest(best.ids, best.neighbours, best.weights) AS b (relation_id, neighbour_id, weight)
                UNION ALL
                SELECT h.relation_id, h.neighbour_id, said.weight
                FROM heaviest AS h JOIN said USING (relation_id)
            ), kept AS (
                SELECT r.* FROM readable AS r ORDER BY r.weight DESC, r.relation_id LIMIT fan
            ), last AS (
                SELECT h.weight, h.relation_id FROM heaviest AS h ORDER BY h.weight, h.relation_id DESC LIMIT 1
            )
            SELECT (SELECT count(*) FROM heaviest) AS count, (SELECT count(*) FROM said) AS readable_count,
                (SELECT last.weight FROM last) AS weight, (SELECT last.relation_id FROM last) AS relation_id,
                (SELECT array_agg(k.relation_id ORDER BY k.weight DESC, k.relation_id) FROM kept AS k) AS ids,
                (SELECT array_agg(k.neighbour_id ORDER BY k.weight DESC, k.relation_id) FROM kept AS k) AS neighbours,
                (SELECT array_agg(k.weight ORDER BY k.weight DESC, k.relation_id) FROM kept AS k) AS weights
            INTO step;
            SELECT step.ids, step.neighbours, step.weights INTO best;
            EXIT WHEN step.count < reach IS NOT FALSE;
            IF cardinality(best.ids) = fan THEN
                least_weight := best.weights[fan];
                EXIT WHEN step.weight < least_weight
                    OR step.weight = least_weight AND step.relation_id >= best.ids[fan];
            END IF;
            beneath := step.weight;
            after_id := step.relation_id;
            -- Where none of so many is readable few are, if any; else the share of those that are tells how far to go.
            reach := CASE WHEN step.readable_count > 0
                THEN least(greatest(4 * reach, 1.5 * reach * fan / step.readable_count), 100000) END;
        END LOOP;
        RETURN QUERY SELECT * FROM unnest(best.ids, best.neighbours, best.weights);
    END LOOP;
END;
$$;
