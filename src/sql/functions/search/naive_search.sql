-- Chunks that answer best by words and by meaning together, within a budget of tokens.
-- call: SELECT * FROM sqlrag.naive_search($1, ROW($2, $3, $4, $5, $6, $7), ROW($8, $9, $10, $11, $12, $13), $14)
--  WHERE sqlrag.expect_space($1, $15) AND sqlrag.check_filter($14)
CREATE OR REPLACE FUNCTION sqlrag.naive_search(
    workspace int, request sqlrag.search_request, limits sqlrag.search_limits, filter jsonb DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT 'chunk', c.rank, c.score, to_json(c)
    FROM sqlrag.naive_chunks(
        workspace, request.words, request.embedding, limits.chunk_top_k, limits.max_total_tokens, filter) AS c
$$;
