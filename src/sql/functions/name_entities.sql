-- What entities are called and of which type they are, by the vote of their mentions.
-- call: SELECT entity_id, name, type, chunk_count FROM rag.name_entities($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.name_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        -- What a person made may have no mention; it has an alias at least.
        SELECT e.entity_id, coalesce(e.name, said.name, rag.shortest_alias(workspace, e.entity_id)), coalesce(e.type, said.type, 'concept'),
            coalesce(said.chunk_count, 0)
        FROM sqlrag.entities AS e LEFT JOIN rag.read_mentions(workspace, entity_ids, filter) AS said USING (entity_id)
        WHERE e.workspace_id = workspace AND e.entity_id = ANY (entity_ids) AND (filter IS NULL OR said.chunk_count > 0);
END;
$$;
COMMENT ON FUNCTION rag.name_entities IS 'What entities are called and of which type they are. Example: SELECT * FROM rag.name_entities(1, ARRAY[1, 2])';
