-- The idf of each term of a question: of what the best chunk lacks, and of what some chunks leave open.
-- call: SELECT lexeme, idf, best_weight, weight, mean_length FROM rag.open_terms($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION rag.open_terms(workspace int, terms rag.term[], best bigint, chunk_ids bigint[])
RETURNS TABLE (lexeme text, idf float8, best_weight float8, weight float8, mean_length float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH held AS (
        -- A term counts as answered where BM25 would give it 0.6 of all it can.
        SELECT asked.lexeme, asked.idf, asked.mean_length, seed.chunk_id = best AS is_best,
            least(1, coalesce(t.frequency / (t.frequency + 0.3::float8 + 0.9::float8 * t.term_count / asked.mean_length), 0) / 0.6::float8) AS share
        FROM unnest(terms) AS asked CROSS JOIN unnest(best || chunk_ids) AS seed (chunk_id)
        -- The limit keeps it to look-ups: for a hash, the terms of all chunks would be read.
        LEFT JOIN LATERAL (
            SELECT term.frequency, term.term_count FROM sqlrag.chunk_terms AS term
            WHERE term.workspace_id = workspace AND term.lexeme = asked.lexeme COLLATE "C" AND term.chunk_id = seed.chunk_id
            LIMIT 1
        ) AS t ON true
    )
    SELECT held.lexeme, held.idf, CASE WHEN max(held.share) FILTER (WHERE held.is_best) > 0 THEN 0 ELSE held.idf END,
        held.idf * (1 - max(held.share)), held.mean_length
    FROM held
    GROUP BY held.lexeme, held.idf, held.mean_length;
END;
$$;
COMMENT ON FUNCTION rag.open_terms IS 'The terms of a question and what chunks leave open of them. Example: SELECT * FROM rag.open_terms(1, ARRAY(SELECT t FROM rag.weigh_terms(1, ''Who founded Viaweb?'') AS t), 1, ARRAY[2, 3])';
