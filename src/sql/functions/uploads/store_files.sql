-- The files of a vector store: its documents, and uploads of which a job makes one, or made none.
-- All, or the one of an id. They have as many bytes as the original, else `size`; of equal age
-- `turn` tells which came first.
CREATE OR REPLACE FUNCTION sqlrag.store_files(workspace int, file text DEFAULT NULL)
RETURNS TABLE (
    file_id text, document_id bigint, source_key text, status text, error text, error_kind text, attributes jsonb,
    content_sha256 bytea, size bigint, created_at timestamptz, turn bigint
)
-- Planned for a file, or for all: one plan for both would read all.
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        -- Of each document the last job that is not over, or had no effect.
        WITH asked AS (
            SELECT DISTINCT ON (j.deduplication_key) j.job_id, j.status, j.error, j.error_kind, j.arguments,
                j.created_at, j.deduplication_key, j.arguments ->> 'source_key' AS source_key,
                octet_length(j.input) AS bytes
            FROM sqlrag.jobs AS j
            -- An index for each.
            WHERE (j.workspace_id = workspace AND j.status = 'waiting'
                    OR j.workspace_id = workspace AND j.status = 'running'
                    OR j.workspace_id = workspace AND j.status IN ('failed', 'cancelled'))
                AND j.kind = 'ingest' AND (file IS NULL OR left(j.arguments ->> 'source_key', 37) = file)
            ORDER BY j.deduplication_key, j.job_id DESC
        ), stored AS (
            SELECT d.*
            FROM sqlrag.documents AS d
            WHERE d.workspace_id = workspace AND (file IS NULL
                OR left(d.source_key, 37) = file AND d.source_key LIKE 'file-%'
                OR d.document_id = substring(file FROM '^file-([0-9]{1,18})$')::bigint
                    AND NOT sqlrag.is_of_upload(d.source_key))
        )
        SELECT sqlrag.upload_of(source_key, d.document_id), d.document_id, source_key,
            CASE WHEN a.status IN ('waiting', 'running') THEN 'in_progress'
                WHEN d.document_id IS NULL OR d.status = 'failed' AND a.status = 'cancelled' THEN a.status
                WHEN d.status = 'failed' THEN 'failed' ELSE 'completed' END,
            coalesce(d.error, a.error), a.error_kind,
            CASE WHEN d.status IN ('ready', 'partial') THEN d.metadata
                ELSE coalesce(a.arguments -> 'metadata', '{}') END,
            d.content_sha256, coalesce(a.bytes, d.char_count, 0)::bigint, coalesce(d.created_at, a.created_at),
            coalesce(d.document_id, a.job_id)
        FROM stored AS d
        FULL JOIN asked AS a USING (source_key)
        WHERE d.document_id IS NOT NULL OR sqlrag.is_of_upload(source_key) AND (
            a.status IN ('waiting', 'running')
            -- What was there since, and is there no more, somebody has deleted.
            OR NOT EXISTS (SELECT FROM sqlrag.jobs AS later WHERE later.workspace_id = workspace
                AND later.job_id > a.job_id AND later.deduplication_key = a.deduplication_key)
        );
END;
$$;
