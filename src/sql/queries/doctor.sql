-- name: get_server_settings
SELECT
    pg_size_bytes(current_setting('shared_buffers')) AS shared_buffers,
    pg_size_bytes(current_setting('maintenance_work_mem')) AS maintenance_work_mem,
    current_setting('max_connections')::int AS max_connections,
    current_setting('fsync')::boolean AS fsync,
    pg_database_size(current_database()) AS database_bytes

-- name: list_index_states
-- Every kind of vector that a workspace has, how many coordinates exact search would read, and
-- whether its index is valid: NULL where there is none.
SELECT w.name AS workspace, load.kind, load.vectors * s.dimensions AS coordinates, i.indisvalid AS is_valid
FROM (
    SELECT 'chunk' AS kind, workspace_id, space_id, count(*) AS vectors FROM sqlrag.chunk_embeddings
    GROUP BY workspace_id, space_id
    UNION ALL
    SELECT 'entity', workspace_id, space_id, count(*) FROM sqlrag.entity_embeddings GROUP BY workspace_id, space_id
    UNION ALL
    SELECT 'relation', workspace_id, space_id, count(*) FROM sqlrag.relation_embeddings GROUP BY workspace_id, space_id
) AS load
JOIN sqlrag.workspaces AS w USING (workspace_id, space_id)
JOIN sqlrag.embedding_spaces AS s USING (space_id)
LEFT JOIN pg_index AS i
    ON i.indexrelid = to_regclass(format('sqlrag.%s_embeddings_hnsw_w%s_s%s', load.kind, load.workspace_id,
        load.space_id))
ORDER BY w.name, load.kind

-- name: list_vector_recalls
-- The recall of every kind of vector that a workspace has.
SELECT w.name AS workspace, kind, found.samples, found.indexed, found.recall, found.routed_ms, found.exact_ms
FROM sqlrag.workspaces AS w
CROSS JOIN unnest(ARRAY['chunk', 'entity', 'relation']) AS kind
CROSS JOIN LATERAL sqlrag.vector_recall(w.workspace_id, kind, $1, $2) AS found
WHERE found.recall IS NOT NULL
ORDER BY w.name, kind

-- name: count_unready_documents
SELECT w.name AS workspace, d.status, count(*)::int AS documents
FROM sqlrag.documents AS d JOIN sqlrag.workspaces AS w USING (workspace_id)
WHERE d.status <> 'ready'
GROUP BY w.name, d.status
ORDER BY w.name, d.status

-- name: count_orphans
SELECT count(*)::int AS orphans FROM rag.orphans

-- name: list_unanalysed_tables
-- The planner knows nothing of these: look-ups may read a whole workspace.
SELECT relname AS name
FROM pg_stat_user_tables
WHERE schemaname = 'sqlrag' AND n_live_tup > 1000 AND last_analyze IS NULL AND last_autoanalyze IS NULL
ORDER BY relname
