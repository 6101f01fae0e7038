-- The chunks that a filter admits, where these are few: what asks for what it admits starts from them. Else NULL. With
-- the rights of the owner, as filter_documents.
CREATE OR REPLACE FUNCTION sqlrag.few_chunks(workspace int, filter jsonb, most int DEFAULT 2000) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found bigint[];
BEGIN
    IF nullif(filter, 'null') IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM sqlrag.check_filter(filter);
    PERFORM sqlrag.check_binding(workspace);
    -- OFFSET keeps it to a look-up per document, which ends with the last chunk that counts.
    EXECUTE 'SELECT array_agg(held.chunk_id ORDER BY held.chunk_id) FROM (
            SELECT c.chunk_id FROM sqlrag.documents AS d
            CROSS JOIN LATERAL (
                SELECT chunk.chunk_id FROM sqlrag.chunks AS chunk
                WHERE chunk.workspace_id = $1 AND chunk.document_id = d.document_id OFFSET 0
            ) AS c
            WHERE ' || sqlrag.filter_conditions(filter) || ' LIMIT $3 + 1) AS held'
    INTO found USING workspace, filter, most;
    RETURN CASE WHEN coalesce(cardinality(found), 0) <= most THEN coalesce(found, '{}') END;
END;
$$;
REVOKE EXECUTE ON FUNCTION sqlrag.few_chunks(int, jsonb, int) FROM PUBLIC;
