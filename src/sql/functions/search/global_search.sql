-- Relations that the words mean, their ends, and the chunks that say them.
-- call: SELECT * FROM sqlrag.global_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14)
CREATE OR REPLACE FUNCTION sqlrag.global_search(
    workspace int, request sqlrag.search_request, limits sqlrag.search_limits, filter jsonb DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT * FROM sqlrag.graph_search(workspace, request, limits, filter, by_relations => true)
$$;
