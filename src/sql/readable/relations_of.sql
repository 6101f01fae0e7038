-- The relations of an entity and the neighbours they lead to, as sqlrag.relations_of has them. Of those that weigh as
-- much the older come first: their order must not tell what others weigh.
CREATE FUNCTION sqlrag_readable.relations_of(workspace int, entity bigint, fan int DEFAULT NULL)
RETURNS TABLE (relation_id bigint, neighbour_id bigint, weight float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 30 AS $$
    (SELECT r.relation_id, r.target_id, r.weight FROM sqlrag_readable.relations AS r
    WHERE r.workspace_id = workspace AND r.source_id = entity ORDER BY r.weight DESC, r.relation_id LIMIT fan)
    UNION ALL
    (SELECT r.relation_id, r.source_id, r.weight FROM sqlrag_readable.relations AS r
    WHERE r.workspace_id = workspace AND r.target_id = entity ORDER BY r.weight DESC, r.relation_id LIMIT fan)
$$;
