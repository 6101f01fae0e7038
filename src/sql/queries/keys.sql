-- name: use_key
-- What a key by its hash permits, always one row: of no such key, whether there is any at all. Of many uses at once one
-- writes that there was one, and none waits for it. Where it may do so much in a minute, what it asks for is taken of
-- that: questions, writes, neither ('reads'), or nothing at all; $3 to $5 are for keys that have no limit of their own.
WITH due AS (
    SELECT key_id
    FROM sqlrag.keys
    WHERE hash = $1 AND sqlrag.key_status(expires_at, revoked_at) = 'active'
        AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
    FOR NO KEY UPDATE SKIP LOCKED
), used AS (
    UPDATE sqlrag.keys AS k SET last_used_at = now() FROM due WHERE k.key_id = due.key_id
), limited AS (
    SELECT k.key_id, array_agg(l.resource) AS resources, array_agg(l.per_minute) AS limits
    FROM sqlrag.keys AS k
    CROSS JOIN LATERAL (VALUES
        ('requests', coalesce(k.per_minute, $3::int)),
        ('questions', coalesce(k.questions_per_minute, $4::int)),
        ('writes', coalesce(k.writes_per_minute, $5::int))
    ) AS l (resource, per_minute)
    WHERE k.hash = $1 AND sqlrag.key_status(k.expires_at, k.revoked_at) = 'active'
        AND l.per_minute IS NOT NULL AND $2::text IS NOT NULL AND l.resource IN ('requests', $2)
    GROUP BY k.key_id
)
SELECT k.prefix, k.role, k.workspace_id, w.name AS workspace, k.principals,
    sqlrag.key_status(k.expires_at, k.revoked_at) AS status, EXISTS (SELECT FROM sqlrag.keys) AS are_keys_asked_for,
    (
        SELECT jsonb_agg(t)
        FROM limited AS l CROSS JOIN LATERAL sqlrag.take_requests(l.key_id, l.resources, l.limits) AS t
    ) AS quotas
FROM (VALUES (1)) AS always
LEFT JOIN sqlrag.keys AS k ON k.hash = $1
LEFT JOIN sqlrag.workspaces AS w USING (workspace_id)

-- name: are_keys_asked_for
SELECT EXISTS (SELECT FROM sqlrag.keys)

-- name: add_key
INSERT INTO sqlrag.keys (
    workspace_id, prefix, hash, role, name, principals, expires_at, per_minute, questions_per_minute, writes_per_minute
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: keep_key
-- The key that a server is started with, in place of the one that it was started with before; one that was revoked
-- stays so. Nothing changes, and it is false, where another key has the prefix.
WITH known AS (
    SELECT bool_and(hash = $2) AS is_same FROM sqlrag.keys WHERE prefix = $1
), before AS (
    UPDATE sqlrag.keys SET revoked_at = least(revoked_at, now())
    FROM known
    WHERE workspace_id IS NULL AND name = $3 AND hash <> $2 AND is_same IS NOT FALSE
), added AS (
    INSERT INTO sqlrag.keys (prefix, hash, name, role)
    SELECT $1, $2, $3, 'admin' FROM known WHERE is_same IS NOT FALSE
    ON CONFLICT (hash) DO NOTHING
)
SELECT is_same IS NOT FALSE FROM known

-- name: list_keys
SELECT key_id, prefix, name, workspace, role, principals, status, created_at, expires_at, revoked_at, last_used_at,
    per_minute, questions_per_minute, writes_per_minute
FROM rag.keys
WHERE ($1::text IS NULL OR workspace = $1) AND ($2::text IS NULL OR prefix = $2) AND key_id > $3::bigint
ORDER BY key_id
LIMIT $4

-- name: revoke_key
-- Within a workspace, or anywhere.
UPDATE sqlrag.keys SET revoked_at = least(revoked_at, now())
WHERE prefix = $1 AND ($2::int IS NULL OR workspace_id = $2)
RETURNING prefix

-- name: rotate_key
-- Another key with the rights of one that is active, which may be used for some seconds more: both have its
-- conversations.
WITH old AS (
    UPDATE sqlrag.keys SET revoked_at = least(revoked_at, now() + make_interval(secs => $5))
    WHERE prefix = $1 AND ($2::int IS NULL OR workspace_id = $2)
        AND sqlrag.key_status(expires_at, revoked_at) = 'active'
    RETURNING workspace_id, prefix, name, role, principals, expires_at, per_minute, questions_per_minute,
        writes_per_minute
), inherited AS (
    UPDATE sqlrag.conversations AS c SET owners = c.owners || $3::text
    FROM old WHERE c.owners @> ARRAY[old.prefix]
)
INSERT INTO sqlrag.keys (
    workspace_id, prefix, hash, role, name, principals, expires_at, per_minute, questions_per_minute, writes_per_minute
)
SELECT workspace_id, $3, $4, role, name, principals, expires_at, per_minute, questions_per_minute, writes_per_minute
FROM old
RETURNING prefix
