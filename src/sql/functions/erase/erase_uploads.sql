-- Deletes uploads that the documents came of or that share their bytes, and those that say what is erased by their name
-- or in their bytes; call it before the documents go.
CREATE OR REPLACE FUNCTION sqlrag.erase_uploads(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM sqlrag.uploads AS u
        WHERE u.workspace_id = erasure.workspace AND (
            u.file_id || '/' || u.name = ANY (erasure.source_keys)
            OR u.content_sha256 IN (
                SELECT d.content_sha256 FROM sqlrag.documents AS d
                WHERE d.workspace_id = erasure.workspace AND d.document_id = ANY (erasure.document_ids)
            )
            OR sqlrag.is_trace(u.name, erasure)
            OR EXISTS (
                SELECT FROM sqlrag.originals AS o
                WHERE o.workspace_id = erasure.workspace AND o.content_sha256 = u.content_sha256
                    AND sqlrag.says(sqlrag.plain_bytes(o.content), erasure.words)
            )
        )
        RETURNING u.file_id
    )
    SELECT 'uploads', file_id, 1::bigint, NULL::bigint FROM gone
$$;
