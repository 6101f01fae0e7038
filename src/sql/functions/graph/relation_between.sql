-- The relation of two entities, whichever way it points.
CREATE OR REPLACE FUNCTION sqlrag.relation_between(workspace int, one bigint, other bigint)
RETURNS SETOF sqlrag.relation_details
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT CASE WHEN d.is_reversed THEN d.target ELSE d.source END, CASE WHEN d.is_reversed THEN d.source
        ELSE d.target END,
        d.keywords, d.description, d.weight, d.chunk_count, r.edited_by
    FROM sqlrag.relations AS r
    CROSS JOIN LATERAL sqlrag.describe_relations(workspace, ARRAY[r.relation_id]) AS d
    WHERE r.workspace_id = workspace AND r.source_id = least(one, other) AND r.target_id = greatest(one, other)
$$;
