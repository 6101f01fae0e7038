-- Chunks over hops from what the question names, each with its path, and a row on how they were found.
-- call: SELECT * FROM sqlrag.multihop_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14)
CREATE OR REPLACE FUNCTION sqlrag.multihop_search(
    workspace int, request sqlrag.search_request, limits sqlrag.search_limits, filter jsonb DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM sqlrag.hop_search(workspace, request, limits, filter, 0)
$$;
