-- The relation of two entities, whichever way it points.
-- call: SELECT source, target, keywords, description, weight, chunk_count, edited_by FROM rag.relation_between($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.relation_between(workspace int, one bigint, other bigint)
RETURNS TABLE (source text, target text, keywords text, description text, weight float8, chunk_count int, edited_by text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT CASE WHEN d.is_reversed THEN d.target ELSE d.source END, CASE WHEN d.is_reversed THEN d.source ELSE d.target END,
        d.keywords, d.description, d.weight, d.chunk_count, r.edited_by
    FROM sqlrag.relations AS r
    CROSS JOIN LATERAL rag.describe_relations(workspace, ARRAY[r.relation_id]) AS d
    WHERE r.workspace_id = workspace AND r.source_id = least(one, other) AND r.target_id = greatest(one, other)
$$;
COMMENT ON FUNCTION rag.relation_between IS 'The relation of two entities. Example: SELECT * FROM rag.relation_between(1, rag.find_entity(1, ''Paul Graham''), rag.find_entity(1, ''Viaweb''))';
