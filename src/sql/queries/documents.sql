-- name: get_document_state
-- What a writer must know before it parses: is it the same content, and which chunks are there already.
SELECT
    d.document_id, d.title, d.language, d.content_sha256, d.recipe, d.metadata, d.tags, d.status, d.error, d.revision,
    EXISTS (
        SELECT FROM sqlrag.originals AS o WHERE o.workspace_id = d.workspace_id AND o.content_sha256 = d.content_sha256
    ) AS is_kept,
    held.chunk_hashes, held.extracted_hashes, coalesce((
        SELECT a.principals FROM sqlrag.audiences AS a
        WHERE a.workspace_id = d.workspace_id AND a.audience_id = d.audience_id
    ), '{}') AS read
FROM sqlrag.documents AS d
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(c.content_sha256), '{}') AS chunk_hashes,
        coalesce(array_agg(c.content_sha256) FILTER (WHERE c.extractor = $3), '{}') AS extracted_hashes
    FROM sqlrag.chunks AS c
    WHERE c.workspace_id = d.workspace_id AND c.document_id = d.document_id
) AS held
WHERE d.workspace_id = $1 AND d.source_key = $2

-- name: fail_document
-- A document that was good keeps its content and says what its last attempt met. For a job that is no longer its
-- worker's, since the document is to go, say, nothing is said.
WITH held AS MATERIALIZED (
    SELECT FROM sqlrag.jobs AS j
    WHERE j.workspace_id = $1::int AND j.job_id = $7::bigint AND j.claim = $8::uuid AND j.status = 'running'
    FOR SHARE
)
INSERT INTO sqlrag.documents AS d
    (workspace_id, source_key, title, media_type, language, content_sha256, recipe, status, error)
SELECT $1::int, $2, $3, $4, 'simple', $5, '', 'failed', $6
WHERE $7 IS NULL OR EXISTS (SELECT FROM held)
ON CONFLICT (workspace_id, source_key) DO UPDATE SET
    error = excluded.error, revision = d.revision + 1, updated_at = now()
RETURNING document_id

-- name: list_documents
SELECT
    d.document_id, d.source_key, d.title, d.media_type, d.language, d.metadata, d.tags, d.status, d.error,
    d.char_count, d.chunk_count, d.token_count, d.created_at, d.updated_at, d.read
FROM rag.documents AS d
WHERE d.workspace_id = $1
    AND d.document_id > $2
    AND ($4::text IS NULL OR d.status = $4)
    AND ($5::jsonb IS NULL OR d.document_id IN (SELECT p.document_id FROM sqlrag.permitted_documents($1, $5) AS p))
ORDER BY d.document_id
LIMIT $3

-- name: delete_documents
-- By id or by source key, and as they were last written at a time; everything made of them goes with them. The lock
-- that changes of the graph are made under comes first: a writer that holds it would otherwise wait for a row of ours.
-- Whose summaries are no longer of what is said is told: a deletion makes no others due.
WITH graph AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(sqlrag.writer_lock(), $1::int) AS lock
), gone AS (
    DELETE FROM sqlrag.documents AS d
    USING graph
    WHERE graph.lock IS NOT NULL AND d.workspace_id = $1
        AND (d.document_id = ANY ($2::bigint[]) OR d.source_key = ANY ($3::text[]))
        AND ($4::timestamptz IS NULL OR d.updated_at = $4)
    RETURNING d.document_id, d.source_key
)
SELECT gone.document_id, gone.source_key, sqlrag.stale_summaries($1::int, gone.document_id) AS entity_ids
FROM gone

-- name: add_original
-- Of a document that was stored without. Its row is held, so that who deletes it finds the bytes.
WITH held AS MATERIALIZED (
    SELECT FROM sqlrag.documents AS d
    WHERE d.workspace_id = $1 AND d.document_id = $2 AND d.content_sha256 = $3
    FOR KEY SHARE
)
SELECT sqlrag.keep_original($1, $3, $4) FROM held

-- name: get_original
-- No row: there is no such document. Without content its bytes were not kept.
SELECT d.source_key, d.media_type, o.content
FROM sqlrag.documents AS d
LEFT JOIN sqlrag.originals AS o USING (workspace_id, content_sha256)
WHERE d.workspace_id = $1 AND d.document_id = $2

-- name: list_originals
-- Of documents that other readers read, or that were split in another way, as many as are of so many bytes, and one
-- at least.
SELECT l.document_id, l.source_key, l.title, l.media_type, l.metadata, l.tags, o.content
FROM (
    SELECT d.*, sum(octet_length(o.content)) OVER (ORDER BY d.document_id) - octet_length(o.content) AS bytes_before
    FROM sqlrag.documents AS d
    JOIN sqlrag.originals AS o USING (workspace_id, content_sha256)
    WHERE d.workspace_id = $1 AND d.document_id > $2
        AND d.recipe ~ '^(readers|split) ' AND split_part(d.recipe, '; ', 1) <> $3
    ORDER BY d.document_id
    LIMIT 64
) AS l
JOIN sqlrag.originals AS o USING (workspace_id, content_sha256)
WHERE l.bytes_before < $4
ORDER BY l.document_id

-- name: count_lost
-- How many documents other readers read whose bytes are not kept.
SELECT count(*)
FROM sqlrag.documents AS d
LEFT JOIN sqlrag.originals AS o USING (workspace_id, content_sha256)
WHERE d.workspace_id = $1 AND o.content IS NULL
    AND d.recipe ~ '^(readers|split) ' AND split_part(d.recipe, '; ', 1) <> $2
