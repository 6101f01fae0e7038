-- The documents that a filter admits; no filter admits all.
-- example: SELECT * FROM rag.permitted_documents('default', '{"tags": ["report"], "metadata": {"year": {"$gte":
--  2020}}}')
CREATE OR REPLACE FUNCTION sqlrag.permitted_documents(workspace int, filter jsonb) RETURNS TABLE (document_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    PERFORM sqlrag.check_filter(filter);
    RETURN QUERY SELECT f.document_id FROM sqlrag.filter_documents(workspace, filter) AS f;
END;
$$;
