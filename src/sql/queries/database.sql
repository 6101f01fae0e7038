-- name: get_server
SELECT
    current_setting('server_version_num')::int / 10000 AS postgres,
    current_setting('server_version') AS postgres_version,
    (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS pgvector,
    to_regclass('sqlrag.alembic_version') IS NOT NULL AS migrated,
    lower('Ж') = 'ж' AS folds_case

-- name: get_schema
-- The revision, and the fingerprint of the functions that were laid with it.
SELECT version_num AS revision, obj_description('sqlrag.alembic_version'::regclass, 'pg_class') AS functions
FROM sqlrag.alembic_version

-- name: get_access
-- Whether this role is shown only rows of the workspace that it is bound to, and whether it may be bound to any, as a
-- server may. Owners are shown every row, and others none.
SELECT row_security_active('sqlrag.documents') AS is_bound, EXISTS (
    SELECT FROM pg_policy AS p CROSS JOIN unnest(p.polroles) AS r (role)
    WHERE p.polrelid = 'sqlrag.documents'::regclass AND NOT p.polpermissive AND pg_has_role(r.role, 'USAGE')
) AS is_server

-- name: bind_session
-- To a workspace, of which alone rows are shown; behind a pooler until the end of the transaction.
SELECT set_config('sqlrag.workspace', $1, $2)

-- name: ping
SELECT 1

-- name: tell_position
-- Of the write-ahead log: all that is committed stands before it, also where commits are not waited for.
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END

-- name: has_replayed
-- Whether a standby shows all that stands before a position. Before the statement that looks: in it, it would be asked
-- after the snapshot.
SELECT coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) AS is_so_far

-- name: measure_replica
SELECT greatest(pg_wal_lsn_diff($1::pg_lsn, pg_last_wal_replay_lsn()), 0)::bigint AS lag_bytes,
    CASE WHEN pg_last_wal_replay_lsn() >= $1 THEN 0
        ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END::float8 AS lag_seconds

-- name: identify_server
-- A standby has both numbers of its primary.
SELECT (SELECT system_identifier FROM pg_control_system()) AS cluster,
    (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()) AS database,
    pg_is_in_recovery() AS follows

-- name: get_vector_schema
SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'

-- name: are_tables_young
-- Whether Postgres has no statistics yet, or those of next to nothing.
SELECT reltuples < 16 AS young FROM pg_class WHERE oid = 'sqlrag.documents'::regclass

-- name: set_up_session
-- For short statements compiling costs more than it saves; no statement of ours wants to read a table from end to end
-- (docs/decisions/0014); and pgvector may be in a schema that the role does not look into.
SELECT set_config('jit', 'off', false), set_config('enable_seqscan', 'off', false),
    set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), (
        SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'
    )), false)

-- name: draft_settings
-- The same as a script that sets it until the end of a transaction. Not jit itself: asyncpg turns it off and on again
-- for the session when it meets a type, and would find it off.
SELECT format(
    'SET LOCAL jit_above_cost = -1; SET LOCAL enable_seqscan = off; SET LOCAL search_path = %s',
    concat_ws(', ', nullif(current_setting('search_path'), ''), coalesce((
        SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'
    ), 'public'))
)

-- name: see_pgvector
-- Until the end of a transaction; where it is to come, if it is not there.
SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), coalesce((
    SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'
), 'public')), true)
