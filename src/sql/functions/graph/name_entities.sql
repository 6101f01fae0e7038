-- What entities are called and of which type they are, by the vote of their mentions.
CREATE OR REPLACE FUNCTION sqlrag.name_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        -- What a person made may have no mention; it has an alias at least.
        SELECT e.entity_id, coalesce(e.name, said.name, sqlrag.shortest_alias(workspace, e.entity_id)),
            coalesce(e.type, said.type, 'concept'),
            coalesce(said.chunk_count, 0)
        FROM sqlrag.entities AS e
        LEFT JOIN sqlrag.read_mentions(workspace, entity_ids, filter) AS said USING (entity_id)
        WHERE e.workspace_id = workspace AND e.entity_id = ANY (entity_ids)
            AND (filter IS NULL OR said.chunk_count > 0);
END;
$$;
