-- The documents of a workspace that a filter admits; no filter admits all.
-- call: SELECT document_id FROM rag.permitted_documents($1, $2)
CREATE OR REPLACE FUNCTION rag.permitted_documents(workspace int, filter jsonb)
RETURNS TABLE (document_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    known text[] := '{document_ids,source_keys,tags,all_tags,metadata,created_after,created_before}';
    unknown text;
BEGIN
    IF filter IS NOT NULL AND jsonb_typeof(filter) NOT IN ('object', 'null') THEN
        RAISE EXCEPTION 'A filter must be an object, not %.', filter USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT key INTO unknown FROM jsonb_object_keys(nullif(filter, 'null')) AS key WHERE key <> ALL (known) LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'Unknown filter "%".', unknown USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use ' || array_to_string(known, ', ') || '; metadata fields go inside metadata.';
    END IF;
    RETURN QUERY
        SELECT d.document_id
        FROM sqlrag.documents AS d
        WHERE d.workspace_id = workspace
            AND (filter -> 'document_ids' IS NULL
                OR d.document_id = ANY (ARRAY(SELECT jsonb_array_elements_text(filter -> 'document_ids')::bigint)))
            AND (filter -> 'source_keys' IS NULL
                OR d.source_key = ANY (ARRAY(SELECT jsonb_array_elements_text(filter -> 'source_keys'))))
            AND (filter -> 'tags' IS NULL
                OR d.tags && ARRAY(SELECT jsonb_array_elements_text(filter -> 'tags')))
            AND (filter -> 'all_tags' IS NULL
                OR d.tags @> ARRAY(SELECT jsonb_array_elements_text(filter -> 'all_tags')))
            AND (filter -> 'metadata' IS NULL OR d.metadata @@ rag.metadata_path(filter -> 'metadata'))
            AND (filter -> 'created_after' IS NULL OR d.created_at >= (filter ->> 'created_after')::timestamptz)
            AND (filter -> 'created_before' IS NULL OR d.created_at < (filter ->> 'created_before')::timestamptz);
END;
$$;
COMMENT ON FUNCTION rag.permitted_documents IS 'The documents that a filter admits. Example: SELECT * FROM rag.permitted_documents(1, ''{"tags": ["report"], "metadata": {"year": {"$gte": 2020}}}'')';
