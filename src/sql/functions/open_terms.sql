-- The terms of a question that some chunks leave open, and how open each is, times its idf.
-- call: SELECT lexeme, weight, mean_length FROM rag.open_terms($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.open_terms(workspace int, words text, chunk_ids bigint[])
RETURNS TABLE (lexeme text, weight float8, mean_length float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    WITH asked AS MATERIALIZED (
        SELECT w.lexeme, w.idf, w.mean_length FROM rag.weigh_terms(workspace, words) AS w
    )
    -- A term counts as answered where BM25 would give it 0.6 of all it can.
    SELECT asked.lexeme, asked.idf * (1 - coalesce(max(held.saturation), 0) / 0.6), asked.mean_length
    FROM asked LEFT JOIN LATERAL (
        SELECT t.frequency / (t.frequency + 0.3::float8 + 0.9::float8 * t.term_count / asked.mean_length) AS saturation
        FROM unnest(chunk_ids) AS seed (chunk_id)
        JOIN sqlrag.chunk_terms AS t ON t.workspace_id = workspace AND t.lexeme = asked.lexeme COLLATE "C" AND t.chunk_id = seed.chunk_id
    ) AS held ON true
    GROUP BY asked.lexeme, asked.idf, asked.mean_length
    HAVING coalesce(max(held.saturation), 0) < 0.6
$$;
COMMENT ON FUNCTION rag.open_terms IS 'The terms of a question that some chunks leave open. Example: SELECT * FROM rag.open_terms(1, ''Who founded Viaweb?'', ARRAY[1])';
