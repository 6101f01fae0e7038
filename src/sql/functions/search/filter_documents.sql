-- The documents that a filter admits, read with the rights of the owner: a policy has to hold of a row before its tags
-- and metadata are compared, so that no index of these would be searched.
CREATE OR REPLACE FUNCTION sqlrag.filter_documents(workspace int, filter jsonb) RETURNS TABLE (document_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM sqlrag.check_binding(workspace);
    RETURN QUERY EXECUTE 'SELECT d.document_id FROM sqlrag.documents AS d WHERE ' || sqlrag.filter_conditions(filter)
    USING workspace, filter;
END;
$$;
REVOKE EXECUTE ON FUNCTION sqlrag.filter_documents(int, jsonb) FROM PUBLIC;
