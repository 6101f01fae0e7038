-- The documents that a filter admits; no filter admits all.
-- example: SELECT * FROM rag.permitted_documents('default', '{"tags": ["report"], "metadata": {"year": {"$gte":
--  2020}}}')
CREATE OR REPLACE FUNCTION sqlrag.permitted_documents(workspace int, filter jsonb) RETURNS TABLE (document_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    PERFORM sqlrag.check_filter(filter);
    -- Only the conditions that the filter has, planned for this filter: one statement for all of them would read
    -- every document of the workspace, also to find one by its id.
    RETURN QUERY EXECUTE
        'SELECT d.document_id FROM sqlrag.documents AS d WHERE d.workspace_id = $1'
        || CASE WHEN filter -> 'document_ids' IS NULL THEN '' ELSE '
            AND d.document_id = ANY (ARRAY(SELECT jsonb_array_elements_text($2 -> ''document_ids'')::bigint))' END
        || CASE WHEN filter -> 'source_keys' IS NULL THEN '' ELSE '
            AND d.source_key = ANY (ARRAY(SELECT jsonb_array_elements_text($2 -> ''source_keys'')))' END
        || CASE WHEN filter -> 'tags' IS NULL THEN '' ELSE '
            AND d.tags && ARRAY(SELECT jsonb_array_elements_text($2 -> ''tags''))' END
        || CASE WHEN filter -> 'all_tags' IS NULL THEN '' ELSE '
            AND d.tags @> ARRAY(SELECT jsonb_array_elements_text($2 -> ''all_tags''))' END
        || CASE WHEN filter -> 'metadata' IS NULL THEN '' ELSE '
            AND d.metadata @@ sqlrag.metadata_path($2 -> ''metadata'')' END
        || CASE WHEN filter -> 'created_after' IS NULL THEN '' ELSE '
            AND d.created_at >= ($2 ->> ''created_after'')::timestamptz' END
        || CASE WHEN filter -> 'created_before' IS NULL THEN '' ELSE '
            AND d.created_at < ($2 ->> ''created_before'')::timestamptz' END
    USING workspace, filter;
END;
$$;
