-- The sum of BM25 weights of some terms in some chunks; chunks with none of the terms are left out.
CREATE OR REPLACE FUNCTION sqlrag.score_chunks(
    workspace int, chunk_ids bigint[], lexemes text[], weights float8[], mean_length float8
)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT held.chunk_id, sum(sqlrag.bm25(asked.weight, held.frequency, held.term_count, mean_length))
    FROM unnest(lexemes, weights) AS asked (lexeme, weight)
    CROSS JOIN unnest(chunk_ids) AS given (chunk_id)
    CROSS JOIN LATERAL (
        SELECT t.chunk_id, t.frequency, t.term_count FROM sqlrag.chunk_terms AS t
        WHERE t.workspace_id = workspace AND t.lexeme = asked.lexeme COLLATE "C" AND t.chunk_id = given.chunk_id
    ) AS held
    GROUP BY held.chunk_id
$$;
