-- What entities are called, and no more: how many chunks mention a hub takes longer than all else of it.
CREATE OR REPLACE FUNCTION sqlrag.entity_names(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
DECLARE
    few bigint[] := sqlrag.few_chunks(workspace, filter);
BEGIN
    RETURN QUERY SELECT e.entity_id, e.name FROM sqlrag.read_entities(workspace, entity_ids, filter, few) AS e;
END;
$$;
