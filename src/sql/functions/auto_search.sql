-- Over hops where the question names something of the graph and the best chunk leaves something open; else as naive_search.
-- call: SELECT kind, rank, score, item FROM rag.auto_search($1, $2, $3, $4, $5, $6, $7)
CREATE OR REPLACE FUNCTION rag.auto_search(
    workspace int, words text, embedding halfvec, k int DEFAULT 20, max_tokens int DEFAULT 30000, filter jsonb DEFAULT NULL, hops int DEFAULT 2
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM rag.multihop_search(workspace, words, embedding, k, max_tokens, filter, hops, 0.1)
$$;
COMMENT ON FUNCTION rag.auto_search IS 'Chunks by the mode that fits; the row of kind mode says which, and why. Example: SELECT rank, item ->> ''title'' FROM rag.auto_search(1, ''Who founded Viaweb?'', NULL)';
