-- The conditions that a filter puts on documents d, as SQL: $1 is the workspace, $2 the filter.
CREATE OR REPLACE FUNCTION sqlrag.filter_conditions(filter jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- Only those that the filter has, to be planned for this filter: one statement for all of them would read every
    -- document of the workspace, also to find one by its id.
    SELECT 'd.workspace_id = $1'
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
$$;
