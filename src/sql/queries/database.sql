-- name: get_server
SELECT
    current_setting('server_version_num')::int / 10000 AS postgres,
    current_setting('server_version') AS postgres_version,
    (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS pgvector,
    to_regclass('sqlrag.alembic_version') IS NOT NULL AS migrated,
    lower('Ж') = 'ж' AS folds_case

-- name: get_revision
SELECT version_num FROM sqlrag.alembic_version

-- name: ping
SELECT 1

-- name: get_vector_schema
SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'

-- name: are_tables_young
-- Whether Postgres has no statistics yet, or those of next to nothing.
SELECT reltuples < 16 AS young FROM pg_class WHERE oid = 'sqlrag.documents'::regclass

-- name: analyse_tables
-- As autovacuum would before long. Until then plans guess, take a workspace for one of hundreds, and are kept.
ANALYZE sqlrag.workspaces, sqlrag.documents, sqlrag.chunks, sqlrag.chunk_terms, sqlrag.chunk_embeddings,
    sqlrag.entities, sqlrag.entity_aliases, sqlrag.entity_embeddings, sqlrag.mentions,
    sqlrag.relations, sqlrag.relation_embeddings, sqlrag.evidence, sqlrag.model_calls
