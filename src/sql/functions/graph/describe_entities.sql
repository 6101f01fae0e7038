-- What entities are: edited by a person, else summarised, else put together from their mentions.
CREATE OR REPLACE FUNCTION sqlrag.describe_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, description text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT e.entity_id, coalesce(e.name, said.name, sqlrag.shortest_alias(workspace, e.entity_id)),
            coalesce(e.type, said.type, 'concept'),
            coalesce(e.description, s.summary, said.description, ''), coalesce(said.chunk_count, 0)
        FROM sqlrag.entities AS e
        LEFT JOIN sqlrag.read_mentions(workspace, entity_ids, filter) AS said USING (entity_id)
        -- A summary may hold what a filter forbids, and one of other descriptions than today's is old.
        LEFT JOIN LATERAL (
            SELECT o.summary, o.inputs_sha256 FROM sqlrag.entity_summaries AS o
            WHERE filter IS NULL AND o.workspace_id = workspace AND o.entity_id = e.entity_id LIMIT 1
        ) AS s ON s.inputs_sha256 = sqlrag.inputs_sha256(workspace, 'entity', e.entity_id)
        WHERE e.workspace_id = workspace AND e.entity_id = ANY (entity_ids)
            AND (filter IS NULL OR said.chunk_count > 0);
END;
$$;
