-- name: read_shelf
-- Documents as a person looks through them, as JSON: those that are there and those that are still to be read, a page
-- of those with a status, and how many have each.
WITH live AS MATERIALIZED (
    -- One for a document: what runs before what waits.
    SELECT DISTINCT ON (j.source_key) j.job_id, j.source_key, j.status, j.track_id, j.error, j.created_at, j.started_at
    FROM rag.jobs AS j
    WHERE j.workspace_id = $1 AND j.kind = 'ingest' AND j.status IN ('waiting', 'running')
    ORDER BY j.source_key, j.status COLLATE "C", j.job_id
), listed AS MATERIALIZED (
    SELECT d.document_id, live.job_id, coalesce(d.source_key, live.source_key) AS source_key, d.char_count,
        d.chunk_count, live.track_id, coalesce(live.error, d.error) AS error,
        coalesce(d.created_at, live.created_at) AS created_at,
        coalesce(live.started_at, live.created_at, d.updated_at) AS updated_at,
        CASE WHEN live.status = 'running' THEN 'processing' WHEN live.status = 'waiting' THEN 'pending'
            WHEN d.status = 'failed' THEN 'failed' ELSE 'processed' END AS status
    FROM (SELECT * FROM rag.documents AS d WHERE d.workspace_id = $1) AS d
    FULL JOIN live ON live.source_key = d.source_key
), page AS MATERIALIZED (
    SELECT l.*, row_number() OVER (
        ORDER BY
            CASE WHEN $4::bool THEN NULL WHEN $3 = 'created_at' THEN l.created_at
                WHEN $3 = 'updated_at' THEN l.updated_at END,
            CASE WHEN NOT $4::bool THEN NULL WHEN $3 = 'created_at' THEN l.created_at
                WHEN $3 = 'updated_at' THEN l.updated_at END DESC,
            CASE WHEN $3 = 'source_key' AND NOT $4::bool THEN l.source_key END,
            CASE WHEN $3 = 'source_key' AND $4::bool THEN l.source_key END DESC,
            CASE WHEN NOT $4::bool THEN l.document_id END NULLS LAST,
            CASE WHEN $4::bool THEN l.document_id END DESC NULLS FIRST,
            l.job_id
    ) AS place
    FROM listed AS l
    WHERE $2::text[] IS NULL OR l.status = ANY ($2)
    ORDER BY place
    LIMIT $5 OFFSET $6
)
SELECT jsonb_build_object(
    'counts', (
        SELECT coalesce(jsonb_object_agg(s.status, s.count), '{}')
        FROM (SELECT l.status, count(*) AS count FROM listed AS l GROUP BY l.status) AS s
    ),
    'total', (SELECT count(*) FROM listed AS l WHERE $2::text[] IS NULL OR l.status = ANY ($2)),
    'documents', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'document_id', p.document_id, 'job_id', p.job_id, 'source_key', p.source_key, 'status', p.status,
            'beginning', coalesce((SELECT left(c.content, 200) FROM sqlrag.chunks AS c
                WHERE c.workspace_id = $1 AND c.document_id = p.document_id ORDER BY c.ordinal LIMIT 1), ''),
            'char_count', coalesce(p.char_count, 0), 'chunk_count', p.chunk_count, 'track_id', p.track_id,
            'error', p.error, 'created_at', p.created_at, 'updated_at', p.updated_at
        ) ORDER BY p.place), '[]')
        FROM page AS p
    )
)

-- name: count_ingestions
-- How many documents wait or are being read.
SELECT count(*)
FROM sqlrag.jobs AS j
WHERE j.workspace_id = $1 AND j.kind = 'ingest' AND j.status IN ('waiting', 'running')

-- name: cancel_ingestions
-- Of all documents that wait or are being read.
SELECT found.job_id
FROM sqlrag.cancel_jobs($1, ARRAY(
    SELECT j.job_id FROM rag.jobs AS j
    WHERE j.workspace_id = $1 AND j.kind = 'ingest' AND j.status IN ('waiting', 'running')
)) AS found (job_id)

-- name: forget_answers
-- All that were kept to be given again.
WITH gone AS (
    DELETE FROM sqlrag.answers AS a WHERE a.workspace_id = $1 RETURNING a.key_sha256
)
SELECT count(*) FROM gone
