-- name: count_reads
-- The rows that this connection has read of each table, by scanning it, and of each index, since it last told the
-- statistics.
SELECT c.relname AS name, c.relkind = 'i' AS is_index, pg_stat_get_xact_tuples_returned(c.oid) AS rows
FROM pg_class AS c
WHERE c.relnamespace = 'sqlrag'::regnamespace AND pg_stat_get_xact_numscans(c.oid) > 0
