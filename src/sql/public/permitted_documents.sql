CREATE OR REPLACE FUNCTION rag.permitted_documents(workspace text, filter jsonb) RETURNS TABLE (document_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM sqlrag.permitted_documents(rag.workspace_id(workspace), filter)
$$;
COMMENT ON FUNCTION rag.permitted_documents IS
    'The documents that a filter admits; no filter admits all. '
    'Example: SELECT * FROM rag.permitted_documents(''default'', ''{"tags": ["report"], "metadata": {"year": '
    '{"$gte": 2020}}}'')';
