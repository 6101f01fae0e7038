-- Over hops where the question names something of the graph and the best chunk leaves something open; else as naive.
-- call: SELECT * FROM sqlrag.auto_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14)
CREATE OR REPLACE FUNCTION sqlrag.auto_search(
    workspace int, request sqlrag.search_request, limits sqlrag.search_limits, filter jsonb DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    -- A tenth of the question, weighed by how rare its words are: docs/multihop.md.
    SELECT * FROM sqlrag.hop_search(workspace, request, limits, filter, 0.1)
$$;
