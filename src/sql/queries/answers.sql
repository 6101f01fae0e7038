-- name: find_answer
-- The version of the workspace's data, and the answer that was given at this version, if one was.
WITH data AS (
    SELECT coalesce(sum(total.changes), 0)::bigint AS version
    FROM sqlrag.workspace_totals AS total
    WHERE total.workspace_id = $1
)
SELECT data.version, kept.answer
FROM data
LEFT JOIN sqlrag.answers AS kept
    ON kept.workspace_id = $1 AND kept.key_sha256 = $2 AND kept.version = data.version

-- name: keep_answer
-- Keep an answer, and forget those of older versions and what is more than there may be.
WITH forgotten AS (
    DELETE FROM sqlrag.answers AS old
    USING (
        SELECT a.key_sha256
        FROM sqlrag.answers AS a
        WHERE a.workspace_id = $1 AND a.key_sha256 <> $2
            AND (a.version < $3 OR a.created_at <= (
                SELECT b.created_at FROM sqlrag.answers AS b
                WHERE b.workspace_id = $1 AND b.key_sha256 <> $2
                ORDER BY b.created_at DESC OFFSET $7 - 1 LIMIT 1
            ))
        -- Another writer may be forgetting the same.
        FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE old.workspace_id = $1 AND old.key_sha256 = due.key_sha256
)
INSERT INTO sqlrag.answers AS kept (workspace_id, key_sha256, version, question, model, answer)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, key_sha256) DO UPDATE
SET version = excluded.version, answer = excluded.answer, created_at = excluded.created_at
WHERE kept.version <= excluded.version
