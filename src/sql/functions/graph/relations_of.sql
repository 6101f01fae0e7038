-- The relations of an entity and the neighbours they lead to; with a limit, so many of the strongest at each end,
-- of as strong ones the oldest.
CREATE OR REPLACE FUNCTION sqlrag.relations_of(workspace int, entity bigint, fan int DEFAULT NULL)
RETURNS TABLE (relation_id bigint, neighbour_id bigint, weight float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 30 AS $$
    -- Each end stops at its limit: no hub is read to its end.
    (SELECT r.relation_id, r.target_id, r.weight FROM sqlrag.relations AS r
    WHERE r.workspace_id = workspace AND r.source_id = entity ORDER BY r.weight DESC, r.relation_id LIMIT fan)
    UNION ALL
    (SELECT r.relation_id, r.source_id, r.weight FROM sqlrag.relations AS r
    WHERE r.workspace_id = workspace AND r.target_id = entity ORDER BY r.weight DESC, r.relation_id LIMIT fan)
$$;
