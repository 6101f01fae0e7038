-- The sum of BM25 weights of some terms in some chunks; chunks with none of the terms are left out.
-- call: SELECT chunk_id, score FROM rag.score_chunks($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.score_chunks(workspace int, chunk_ids bigint[], lexemes text[], weights float8[], mean_length float8)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT held.chunk_id, sum(asked.weight * held.frequency / (held.frequency + 0.3::float8 + 0.9::float8 * held.term_count / mean_length))
    FROM unnest(lexemes, weights) AS asked (lexeme, weight)
    CROSS JOIN unnest(chunk_ids) AS given (chunk_id)
    CROSS JOIN LATERAL (
        SELECT t.chunk_id, t.frequency, t.term_count FROM sqlrag.chunk_terms AS t
        WHERE t.workspace_id = workspace AND t.lexeme = asked.lexeme COLLATE "C" AND t.chunk_id = given.chunk_id
    ) AS held
    GROUP BY held.chunk_id
$$;
COMMENT ON FUNCTION rag.score_chunks IS 'The BM25 score of some terms in some chunks, looked up chunk by chunk. Example: SELECT * FROM rag.score_chunks(1, ARRAY[1, 2], ARRAY[''sale''], ARRAY[1.5], 80)';
