-- What entities are called and of which type they are, by the vote of their mentions.
CREATE OR REPLACE FUNCTION sqlrag.name_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
DECLARE
    few bigint[] := sqlrag.few_chunks(workspace, filter);
BEGIN
    -- The plan is made once; descriptions, which it does not show, are not put together.
    RETURN QUERY SELECT e.entity_id, e.name, e.type, e.chunk_count
        FROM sqlrag.read_entities(workspace, entity_ids, filter, few) AS e;
END;
$$;
