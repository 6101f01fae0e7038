-- The files of a workspace: its uploads, and its documents that were made of no upload of this workspace.
-- They have as many bytes as the original, else `size`.
CREATE OR REPLACE FUNCTION sqlrag.known_files(workspace int, file text DEFAULT NULL)
RETURNS TABLE (
    file_id text, name text, purpose text, content_sha256 bytea, size bigint, created_at timestamptz, document_id bigint
)
-- Planned for a file, or for all: one plan for both would read all.
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT u.file_id, u.name, u.purpose, u.content_sha256, 0::bigint, u.created_at, NULL::bigint
        FROM sqlrag.uploads AS u
        WHERE u.workspace_id = workspace AND (file IS NULL OR u.file_id = file)
        UNION ALL
        SELECT sqlrag.upload_of(d.source_key, d.document_id),
            CASE WHEN sqlrag.is_of_upload(d.source_key) THEN substr(d.source_key, 39) ELSE d.source_key END,
            'assistants', d.content_sha256, d.char_count::bigint, d.created_at, d.document_id
        FROM sqlrag.documents AS d
        WHERE d.workspace_id = workspace AND (file IS NULL
                OR left(d.source_key, 37) = file AND d.source_key LIKE 'file-%'
                OR d.document_id = substring(file FROM '^file-([0-9]{1,18})$')::bigint
                    AND NOT sqlrag.is_of_upload(d.source_key))
            AND NOT EXISTS (
                SELECT FROM sqlrag.uploads AS u
                WHERE u.workspace_id = workspace AND u.file_id = left(d.source_key, 37) AND d.source_key LIKE 'file-%'
            );
END;
$$;
