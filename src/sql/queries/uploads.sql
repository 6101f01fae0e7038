-- name: add_upload
-- With its bytes, which are there once for all that share them.
WITH kept AS MATERIALIZED (
    SELECT sqlrag.keep_original($1, $6, $7)
)
INSERT INTO sqlrag.uploads (workspace_id, file_id, name, media_type, purpose, content_sha256)
SELECT $1, $2, $3, $4, $5, $6 FROM kept

-- name: list_files
-- A page in order of age, after the one of an id.
WITH listed AS (
    SELECT f.*, row_number() OVER (ORDER BY f.created_at, f.file_id) * CASE WHEN $5 THEN -1 ELSE 1 END AS place
    FROM sqlrag.known_files($1) AS f
), page AS (
    SELECT * FROM listed
    WHERE ($2::text IS NULL OR purpose = $2)
        AND ($3::text IS NULL OR place > (SELECT place FROM listed WHERE file_id = $3))
    ORDER BY place
    LIMIT $4
)
SELECT p.file_id, p.name, p.purpose, coalesce(octet_length(o.content), p.size)::bigint AS bytes, p.created_at,
    p.document_id
FROM page AS p
LEFT JOIN sqlrag.originals AS o ON o.workspace_id = $1 AND o.content_sha256 = p.content_sha256
ORDER BY p.place

-- name: get_file
SELECT f.file_id, f.name, f.purpose, coalesce(octet_length(o.content), f.size)::bigint AS bytes, f.created_at,
    f.document_id
FROM sqlrag.known_files($1, $2) AS f
LEFT JOIN sqlrag.originals AS o ON o.workspace_id = $1 AND o.content_sha256 = f.content_sha256

-- name: get_upload_content
SELECT o.content
FROM sqlrag.uploads AS u
JOIN sqlrag.originals AS o USING (workspace_id, content_sha256)
WHERE u.workspace_id = $1 AND u.file_id = $2

-- name: delete_upload
DELETE FROM sqlrag.uploads WHERE workspace_id = $1 AND file_id = $2 RETURNING file_id

-- name: list_stores_of_upload
-- The workspaces in which it is a document, or is to become one.
SELECT w.name
FROM sqlrag.workspaces AS w
WHERE EXISTS (
        SELECT FROM sqlrag.documents AS d
        WHERE d.workspace_id = w.workspace_id AND left(d.source_key, 37) = $1 AND d.source_key LIKE 'file-%'
    )
    OR EXISTS (
        SELECT FROM sqlrag.jobs AS j
        WHERE (j.workspace_id = w.workspace_id AND j.status = 'waiting'
                OR j.workspace_id = w.workspace_id AND j.status = 'running'
                OR j.workspace_id = w.workspace_id AND j.status IN ('failed', 'cancelled'))
            AND j.kind = 'ingest' AND left(j.arguments ->> 'source_key', 37) = $1
    )
ORDER BY w.workspace_id

-- name: find_uploads
-- How large they are, in the order in which they were asked for; of two workspaces' the first one's.
SELECT DISTINCT ON (asked.place) u.file_id, u.workspace_id, octet_length(o.content)::bigint AS bytes
FROM unnest($2::text[]) WITH ORDINALITY AS asked (file_id, place)
CROSS JOIN unnest($1::int[]) WITH ORDINALITY AS owner (workspace_id, place)
JOIN sqlrag.uploads AS u ON u.workspace_id = owner.workspace_id AND u.file_id = asked.file_id
JOIN sqlrag.originals AS o ON o.workspace_id = u.workspace_id AND o.content_sha256 = u.content_sha256
ORDER BY asked.place, owner.place

-- name: enqueue_uploads
-- Has uploads of a workspace ingested into one, which may be another, as a track. The bytes stay in the database.
SELECT sqlrag.enqueue($1, array_agg((
    'ingest', 'document:' || asked.file_id || '/' || u.name, $5::uuid, NULL, NULL, NULL, jsonb_build_object(
        'source_key', asked.file_id || '/' || u.name, 'file_name', u.name, 'media_type', u.media_type, 'title', NULL,
        'language', NULL, 'metadata', asked.attributes, 'tags', '[]'::jsonb
    ), o.content
)::sqlrag.new_job ORDER BY asked.place)) AS job_id
FROM unnest($3::text[], $4::jsonb[]) WITH ORDINALITY AS asked (file_id, attributes, place)
JOIN sqlrag.uploads AS u ON u.workspace_id = $2::int AND u.file_id = asked.file_id
JOIN sqlrag.originals AS o ON o.workspace_id = u.workspace_id AND o.content_sha256 = u.content_sha256

-- name: list_store_files
-- A page in order of age, after the one of an id; all, or those of a track.
WITH listed AS (
    SELECT f.*, row_number() OVER (ORDER BY f.created_at, f.turn) * CASE WHEN $6 THEN -1 ELSE 1 END AS place
    FROM sqlrag.store_files($1) AS f
), page AS (
    SELECT * FROM listed
    WHERE ($2::text IS NULL OR status = $2)
        AND ($3::uuid IS NULL OR source_key IN (
            SELECT j.arguments ->> 'source_key' FROM sqlrag.jobs AS j WHERE j.workspace_id = $1 AND j.track_id = $3
        ))
        AND ($4::text IS NULL OR place > (SELECT place FROM listed WHERE file_id = $4))
    ORDER BY place
    LIMIT $5
)
SELECT p.file_id, p.document_id, p.source_key, p.status, p.error, p.error_kind, p.attributes,
    coalesce(octet_length(o.content), p.size)::bigint AS bytes, p.created_at
FROM page AS p
LEFT JOIN sqlrag.originals AS o ON o.workspace_id = $1 AND o.content_sha256 = p.content_sha256
ORDER BY p.place

-- name: get_store_file
SELECT f.file_id, f.document_id, f.source_key, f.status, f.error, f.error_kind, f.attributes,
    coalesce(octet_length(o.content), f.size)::bigint AS bytes, f.created_at
FROM sqlrag.store_files($1, $2) AS f
LEFT JOIN sqlrag.originals AS o ON o.workspace_id = $1 AND o.content_sha256 = f.content_sha256

-- name: change_attributes
-- Of a document nobody is at work on.
UPDATE sqlrag.documents AS d
SET metadata = $3, revision = d.revision + 1, updated_at = now()
WHERE d.workspace_id = $1 AND d.document_id = $2
RETURNING d.document_id

-- name: list_jobs_of_document
-- Those that are not over.
SELECT job_id FROM sqlrag.jobs
WHERE workspace_id = $1 AND deduplication_key = $2 AND status IN ('waiting', 'running')

-- name: forget_jobs
-- Those of a document that had no effect.
DELETE FROM sqlrag.jobs WHERE workspace_id = $1 AND deduplication_key = $2 AND status IN ('failed', 'cancelled')

-- name: count_batch
-- The jobs of a track, by what became of them.
SELECT track_id, min(created_at) AS created_at,
    count(*) FILTER (WHERE status IN ('waiting', 'running')) AS in_progress,
    count(*) FILTER (WHERE status = 'done') AS completed, count(*) FILTER (WHERE status = 'failed') AS failed,
    count(*) FILTER (WHERE status IN ('cancelled', 'replaced')) AS cancelled, count(*) AS total
FROM sqlrag.jobs
WHERE workspace_id = $1 AND track_id = $2 AND kind = 'ingest'
GROUP BY track_id

-- name: list_jobs_of_track
-- Those that are not over.
SELECT job_id FROM sqlrag.jobs WHERE workspace_id = $1 AND track_id = $2 AND status IN ('waiting', 'running')

-- name: add_vector_store
-- No row: there is a workspace of this name.
INSERT INTO sqlrag.workspaces (name, settings) VALUES ($1, jsonb_build_object('vector_store', $2::jsonb))
ON CONFLICT (name) DO NOTHING
RETURNING workspace_id

-- name: list_vector_stores
-- A page in order of age, after the one of a name; all, or one.
WITH listed AS (
    SELECT w.*, row_number() OVER (ORDER BY w.workspace_id) * CASE WHEN $4 THEN -1 ELSE 1 END AS place
    FROM sqlrag.workspaces AS w
    WHERE $1::int IS NULL OR w.workspace_id = $1
), page AS (
    SELECT * FROM listed
    WHERE $2::text IS NULL OR place > (SELECT place FROM listed WHERE name = $2)
    ORDER BY place
    LIMIT $3
)
SELECT p.name, coalesce(p.settings -> 'vector_store', '{}') AS told, p.created_at, f.in_progress, f.completed,
    f.failed, f.cancelled, f.total, f.bytes
FROM page AS p
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE status = 'in_progress') AS in_progress,
        count(*) FILTER (WHERE status = 'completed') AS completed, count(*) FILTER (WHERE status = 'failed') AS failed,
        count(*) FILTER (WHERE status = 'cancelled') AS cancelled, count(*) AS total,
        coalesce(sum(coalesce(octet_length(o.content), s.size)), 0)::bigint AS bytes
    FROM sqlrag.store_files(p.workspace_id) AS s
    LEFT JOIN sqlrag.originals AS o ON o.workspace_id = p.workspace_id AND o.content_sha256 = s.content_sha256
) AS f
ORDER BY p.place
