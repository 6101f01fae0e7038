-- name: list_embedding_loads
-- What exact search over each kind of vector of a workspace costs, in coordinates read, and
-- whether an index spares it.
WITH current AS (
    SELECT
        w.workspace_id, w.space_id, s.dimensions, s.metric, kind,
        EXISTS (
            SELECT FROM pg_index AS i
            WHERE i.indexrelid = to_regclass(format('sqlrag.%s_embeddings_hnsw_w%s_s%s', kind, w.workspace_id,
                w.space_id))
                AND i.indisvalid
        ) AS indexed
    FROM sqlrag.workspaces AS w
    JOIN sqlrag.embedding_spaces AS s USING (space_id)
    CROSS JOIN unnest(ARRAY['chunk', 'entity', 'relation']) AS kind
    WHERE w.workspace_id = $1
)
SELECT
    kind, space_id, dimensions, metric, indexed,
    CASE WHEN NOT indexed THEN dimensions * (
        SELECT count(*) FROM (
            (SELECT FROM sqlrag.chunk_embeddings AS e
            WHERE kind = 'chunk' AND e.workspace_id = current.workspace_id AND e.space_id = current.space_id)
            UNION ALL
            (SELECT FROM sqlrag.entity_embeddings AS e
            WHERE kind = 'entity' AND e.workspace_id = current.workspace_id AND e.space_id = current.space_id)
            UNION ALL
            (SELECT FROM sqlrag.relation_embeddings AS e
            WHERE kind = 'relation' AND e.workspace_id = current.workspace_id AND e.space_id = current.space_id)
        ) AS vector
    ) END AS coordinates
FROM current

-- name: lock_embedding_index
-- The first key is a number of ours, so that other users of advisory locks are not in the way.
SELECT pg_try_advisory_lock(716253402, $1::int)

-- name: unlock_embedding_index
SELECT pg_advisory_unlock(716253402, $1::int)

-- name: make_embedding_index
-- The text of a CREATE INDEX, which takes no parameters; all that is put in are numbers and names
-- of ours.
SELECT format(
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS %1$I ON sqlrag.%2$I '
    'USING hnsw ((embedding::halfvec(%3$s)) %4$I) WHERE workspace_id = %5$s AND space_id = %6$s',
    format('%s_embeddings_hnsw_w%s_s%s', $1::text, $2::int, $3::int), $1 || '_embeddings', $4::int,
    format('halfvec_%s_ops', $5::text), $2, $3
)

-- name: drop_embedding_index
-- The texts of DROP INDEX for a workspace that goes, or for indexes whose making was broken off.
SELECT format('DROP INDEX CONCURRENTLY IF EXISTS sqlrag.%I', c.relname) AS script
FROM pg_class AS c
JOIN pg_index AS i ON i.indexrelid = c.oid
WHERE c.relnamespace = 'sqlrag'::regnamespace
    AND c.relname ~ format('^(chunk|entity|relation)_embeddings_hnsw_w%s_s\d+$', $1::int)
    AND (NOT $2::boolean OR NOT i.indisvalid)
