-- Relations of entities become relations of another; those between them go, those with one neighbour become one.
CREATE OR REPLACE FUNCTION sqlrag.merge_relations(workspace int, gone bigint[], kept bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    keepers bigint[];
    others bigint[];
    turned boolean[];
BEGIN
    DELETE FROM sqlrag.relations AS r
    WHERE r.workspace_id = workspace AND r.source_id = ANY (gone || kept) AND r.target_id = ANY (gone || kept);
    WITH edge AS (
        SELECT r.relation_id, r.weight, r.neighbour_id AS other_id, lost.id < r.neighbour_id AS is_first
        FROM unnest(gone) AS lost (id) CROSS JOIN LATERAL sqlrag.relations_of(workspace, lost.id) AS r
    ), known AS (
        SELECT r.relation_id, edge.other_id
        FROM (SELECT DISTINCT e.other_id FROM edge AS e) AS edge
        JOIN sqlrag.relations AS r ON r.workspace_id = workspace
            AND r.source_id = least(kept, edge.other_id) AND r.target_id = greatest(kept, edge.other_id)
    ), moved AS (
        SELECT edge.relation_id, edge.other_id, edge.is_first <> (kept < edge.other_id) AS is_turned,
            coalesce(known.relation_id,
                first_value(edge.relation_id) OVER (PARTITION BY edge.other_id
                    ORDER BY edge.weight DESC, edge.relation_id)) AS keeper_id
        FROM edge LEFT JOIN known USING (other_id)
        UNION ALL
        SELECT known.relation_id, known.other_id, false, known.relation_id FROM known
    )
    SELECT array_agg(m.relation_id), array_agg(m.keeper_id), array_agg(m.other_id), array_agg(m.is_turned)
    INTO ids, keepers, others, turned FROM moved AS m;
    UPDATE sqlrag.evidence AS v SET is_reversed = NOT v.is_reversed
    FROM unnest(ids, turned) AS m (id, is_turned)
    WHERE v.workspace_id = workspace AND v.relation_id = m.id AND m.is_turned;
    UPDATE sqlrag.relations AS r SET is_reversed = NOT r.is_reversed
    FROM unnest(ids, turned) AS m (id, is_turned)
    WHERE r.workspace_id = workspace AND r.relation_id = m.id AND m.is_turned AND r.is_reversed IS NOT NULL;
    PERFORM sqlrag.gather_relations(workspace, ids, keepers);
    -- What was gathered from goes first: a pair has one relation.
    DELETE FROM sqlrag.relations AS r
    USING unnest(ids, keepers) AS m (id, keeper_id)
    WHERE r.workspace_id = workspace AND r.relation_id = m.id AND m.id <> m.keeper_id;
    UPDATE sqlrag.relations AS r SET source_id = least(kept, m.other_id), target_id = greatest(kept, m.other_id)
    FROM unnest(ids, keepers, others) AS m (id, keeper_id, other_id)
    WHERE r.workspace_id = workspace AND r.relation_id = m.id AND m.id = m.keeper_id;
END;
$$;
