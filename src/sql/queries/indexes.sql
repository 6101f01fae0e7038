-- name: lock_embedding_index
-- Until the end of its transaction, which lasts while the indexes are made on another connection: behind a pooler a
-- session's lock would be anybody's. The first key is a number of ours, so that other users of advisory locks are
-- not in the way.
SELECT pg_try_advisory_xact_lock(716253402, $1::int)
FROM set_config('idle_in_transaction_session_timeout', '0', true)

-- name: make_embedding_index
-- The text of a CREATE INDEX, which takes no parameters; all that is put in are numbers and names
-- of ours, and the schema of pgvector: outside a transaction a pooler has none of our settings.
SELECT format(
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS %1$I ON sqlrag.%2$I '
    'USING hnsw ((embedding::%7$I.halfvec(%3$s)) %7$I.%4$I) WHERE workspace_id = %5$s AND space_id = %6$s',
    format('%s_embeddings_hnsw_w%s_s%s', $1::text, $2::int, $3::int), $1 || '_embeddings', $4::int,
    format('halfvec_%s_ops', $5::text), $2, $3, n.nspname
)
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'

-- name: drop_embedding_index
-- The texts of DROP INDEX for a workspace that goes, or for indexes whose making was broken off, or for those of
-- other spaces than the one that is kept; and for what workspaces left that are gone.
SELECT format('DROP INDEX CONCURRENTLY IF EXISTS sqlrag.%I', c.relname) AS script
FROM pg_class AS c
JOIN pg_index AS i ON i.indexrelid = c.oid
WHERE c.relnamespace = 'sqlrag'::regnamespace
    AND c.relname ~ '^(chunk|entity|relation)_embeddings_hnsw_w\d+_s\d+$'
    AND CASE substring(c.relname FROM '_w(\d+)_')::int
        WHEN $1::int THEN (NOT $2::boolean OR NOT i.indisvalid) AND c.relname !~ format('_s%s$', $3::int)
        ELSE NOT EXISTS (
            SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = substring(c.relname FROM '_w(\d+)_')::int
        )
    END
