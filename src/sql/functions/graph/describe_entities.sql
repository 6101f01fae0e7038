-- What entities are: edited by a person, else summarised, else put together from their mentions.
CREATE OR REPLACE FUNCTION sqlrag.describe_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, description text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
DECLARE
    few bigint[] := sqlrag.few_chunks(workspace, filter);
BEGIN
    -- The plan is made once.
    RETURN QUERY SELECT * FROM sqlrag.read_entities(workspace, entity_ids, filter, few);
END;
$$;
