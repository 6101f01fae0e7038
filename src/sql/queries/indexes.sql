-- name: get_embedding_load
-- What exact search over a workspace costs, in coordinates read, and whether an index spares it.
WITH current AS (
    SELECT
        w.workspace_id, w.space_id, s.dimensions,
        EXISTS (
            SELECT FROM pg_index AS i
            WHERE i.indexrelid = to_regclass(format('sqlrag.chunk_embeddings_hnsw_w%s_s%s', w.workspace_id, w.space_id))
                AND i.indisvalid
        ) AS indexed
    FROM sqlrag.workspaces AS w
    JOIN sqlrag.embedding_spaces AS s USING (space_id)
    WHERE w.workspace_id = $1
)
SELECT
    space_id, dimensions, indexed,
    CASE WHEN NOT indexed THEN dimensions * (
        SELECT count(*) FROM sqlrag.chunk_embeddings AS e
        WHERE e.workspace_id = current.workspace_id AND e.space_id = current.space_id
    ) END AS coordinates
FROM current

-- name: lock_embedding_index
-- The first key is a number of ours, so that other users of advisory locks are not in the way.
SELECT pg_try_advisory_lock(716253402, $1::int)

-- name: unlock_embedding_index
SELECT pg_advisory_unlock(716253402, $1::int)

-- name: make_embedding_index
-- The text of a CREATE INDEX, which takes no parameters; all that is put in are numbers.
SELECT format(
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS chunk_embeddings_hnsw_w%1$s_s%2$s ON sqlrag.chunk_embeddings '
    'USING hnsw ((embedding::halfvec(%3$s)) halfvec_cosine_ops) WHERE workspace_id = %1$s AND space_id = %2$s',
    $1::int, $2::int, $3::int
)

-- name: drop_embedding_index
-- The texts of DROP INDEX for a workspace that goes, or for indexes whose making was broken off.
SELECT format('DROP INDEX CONCURRENTLY IF EXISTS sqlrag.%I', c.relname) AS script
FROM pg_class AS c
JOIN pg_index AS i ON i.indexrelid = c.oid
WHERE c.relnamespace = 'sqlrag'::regnamespace
    AND starts_with(c.relname, format('chunk_embeddings_hnsw_w%s_s', $1::int))
    AND (NOT $2::boolean OR NOT i.indisvalid)
