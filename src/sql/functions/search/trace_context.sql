-- What led to the rows of a context: the relations walked, and what of the context each chunk speaks of.
-- call: SELECT * FROM sqlrag.trace_context($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION sqlrag.trace_context(
    workspace int, walked_ids bigint[], chunk_ids bigint[], entities bigint[], relations bigint[], filter jsonb
)
RETURNS TABLE (kind text, id bigint, name text, entity_ids bigint[], relation_ids bigint[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH walked AS MATERIALIZED (
        SELECT d.* FROM sqlrag.describe_relations(workspace, walked_ids, filter) AS d
    )
    SELECT 'relation', w.relation_id,
        w.source || ' → ' || w.target, NULL::bigint[], NULL::bigint[]
    FROM walked AS w
    UNION ALL
    SELECT DISTINCT 'entity', side.id, side.name, NULL::bigint[], NULL::bigint[]
    FROM walked AS w CROSS JOIN LATERAL (VALUES (w.source_id, w.source), (w.target_id, w.target)) AS side (id, name)
    UNION ALL
    SELECT 'chunk', asked.id, NULL,
        ARRAY(
            SELECT m.entity_id FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.chunk_id = asked.id AND m.entity_id = ANY (entities)
            ORDER BY array_position(entities, m.entity_id)),
        ARRAY(
            SELECT v.relation_id FROM sqlrag.evidence AS v
            WHERE v.workspace_id = workspace AND v.chunk_id = asked.id AND v.relation_id = ANY (relations)
            ORDER BY array_position(relations, v.relation_id))
    FROM unnest(chunk_ids) AS asked (id)
$$;
