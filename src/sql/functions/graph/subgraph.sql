-- The entities around an entity and what relates them, as JSON.
-- call: SELECT sqlrag.subgraph($1, $2, $3, $4)
-- example: SELECT jsonb_pretty(rag.subgraph('default', 'Paul Graham', 2))
CREATE OR REPLACE FUNCTION sqlrag.subgraph(workspace int, entity text, depth int DEFAULT 1, max_nodes int DEFAULT 50)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.find_entity(workspace, entity) AS entity_id
    ), node AS MATERIALIZED (
        -- Nearer ones come first, so that each but the first has its way in.
        SELECT walked.entity_id, walked.depth, walked.score
        FROM asked CROSS JOIN LATERAL sqlrag.walk_graph(
            workspace, ARRAY[asked.entity_id], depth, max_nodes,
            CASE WHEN depth = 1 THEN max_nodes ELSE least(max_nodes, greatest(30, 20000 / greatest(max_nodes, 1))) END
        ) AS walked
        ORDER BY walked.depth, walked.score DESC, walked.entity_id
        LIMIT max_nodes
    ), edge AS MATERIALIZED (
        SELECT r.relation_id
        FROM sqlrag.relations AS r
        WHERE r.workspace_id = workspace AND r.source_id = ANY (ARRAY(SELECT n.entity_id FROM node AS n))
            AND r.target_id = ANY (ARRAY(SELECT n.entity_id FROM node AS n))
    )
    SELECT jsonb_build_object(
        'nodes', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', d.entity_id, 'name', d.name, 'type', d.type, 'chunk_count', d.chunk_count, 'depth', node.depth
            ) ORDER BY node.depth, node.score DESC, node.entity_id), '[]')
            FROM sqlrag.name_entities(workspace, ARRAY(SELECT n.entity_id FROM node AS n)) AS d
            JOIN node USING (entity_id)
        ),
        'edges', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'source', d.source_id, 'target', d.target_id, 'weight', d.weight, 'keywords', d.keywords
            ) ORDER BY d.weight DESC, d.relation_id), '[]')
            FROM sqlrag.describe_relations(workspace, ARRAY(SELECT e.relation_id FROM edge AS e)) AS d
        )
    )
$$;
