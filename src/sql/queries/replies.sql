-- name: claim_reply
-- Whether a request is to be answered, under a claim for so many seconds, or what was answered when it came first;
-- always one row. Neither: who came first is not done. One whose claim has run out is taken for dead.
WITH claimed AS (
    INSERT INTO sqlrag.replies AS r (reply_id, workspace_id, claim, ends_at)
    VALUES ($1, (SELECT workspace_id FROM sqlrag.workspaces WHERE name = $2), $3, now() + make_interval(secs => $4))
    ON CONFLICT (reply_id) DO UPDATE
    SET workspace_id = excluded.workspace_id, claim = excluded.claim, ends_at = excluded.ends_at,
        request_sha256 = NULL, status = NULL, headers = NULL, body = NULL
    WHERE r.ends_at <= now() OR r.claim = excluded.claim
    RETURNING r.claim
)
SELECT EXISTS (SELECT FROM claimed) AS is_claimed, r.request_sha256, r.status, r.headers, r.body
FROM (VALUES (1)) AS always
LEFT JOIN sqlrag.replies AS r ON r.reply_id = $1

-- name: renew_reply
UPDATE sqlrag.replies SET ends_at = now() + make_interval(secs => $3)
WHERE reply_id = $1 AND claim = $2 AND status IS NULL

-- name: keep_reply
-- For so many seconds; not where another has the claim, or it was erased meanwhile. The workspace may be new.
UPDATE sqlrag.replies AS r
SET request_sha256 = $4, status = $5, headers = $6, body = $7, ends_at = now() + make_interval(secs => $8),
    workspace_id = coalesce(r.workspace_id, (SELECT w.workspace_id FROM sqlrag.workspaces AS w WHERE w.name = $3))
WHERE r.reply_id = $1 AND r.claim = $2

-- name: drop_reply
-- What came of it is not to be given again.
DELETE FROM sqlrag.replies WHERE reply_id = $1 AND claim = $2

-- name: prune_replies
DELETE FROM sqlrag.replies WHERE ends_at < now()
