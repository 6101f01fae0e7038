-- name: local_search
-- Entities that the words name or mean, their relations, and the chunks that answer.
SELECT * FROM sqlrag.graph_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14,
    by_entities => true)
WHERE sqlrag.expect_space($1, $15) AND sqlrag.check_filter($14)

-- name: global_search
-- Relations that the words mean, their ends, and the chunks that answer.
SELECT * FROM sqlrag.graph_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14,
    by_relations => true)
WHERE sqlrag.expect_space($1, $15) AND sqlrag.check_filter($14)

-- name: hybrid_search
-- What local and global retrieval find, together.
SELECT * FROM sqlrag.graph_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14,
    by_entities => true, by_relations => true)
WHERE sqlrag.expect_space($1, $15) AND sqlrag.check_filter($14)

-- name: mix_search
-- As hybrid, with a vector of the question, too.
SELECT * FROM sqlrag.graph_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14,
    by_entities => true, by_relations => true)
WHERE sqlrag.expect_space($1, $15) AND sqlrag.check_filter($14)

-- name: multihop_search
-- Chunks over hops from what the question names, each with its path, and a row on how they were found.
SELECT * FROM sqlrag.hop_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14, 0)
WHERE sqlrag.expect_space($1, $15) AND sqlrag.check_filter($14)

-- name: auto_search
-- As multihop where the best chunk leaves a tenth of the question open and a chunk to start from is named after what
-- few are about: docs/multihop.md; else as naive.
SELECT * FROM sqlrag.hop_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14, 0.1)
WHERE sqlrag.expect_space($1, $15) AND sqlrag.check_filter($14)

-- name: count_reads
-- The rows that this connection has read of each table, by scanning it, and of each index, since it last told the
-- statistics.
SELECT c.relname AS name, c.relkind = 'i' AS is_index, pg_stat_get_xact_tuples_returned(c.oid) AS rows
FROM pg_class AS c
WHERE c.relnamespace = 'sqlrag'::regnamespace AND pg_stat_get_xact_numscans(c.oid) > 0
