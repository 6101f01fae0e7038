-- The idf of each term of a question: of what the best chunk lacks, and of what some chunks leave open.
CREATE OR REPLACE FUNCTION sqlrag.open_terms(workspace int, terms sqlrag.term[], best bigint, chunk_ids bigint[])
RETURNS TABLE (lexeme text, idf float8, best_weight float8, weight float8, mean_length float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    -- A term counts as answered where BM25 would give it this share of all it can.
    answered CONSTANT float8 := 0.6;
BEGIN
    RETURN QUERY
    WITH held AS (
        SELECT asked.lexeme, asked.idf, asked.mean_length, seed.chunk_id = best AS is_best,
            least(1, coalesce(sqlrag.bm25(1, t.frequency, t.term_count, asked.mean_length), 0) / answered) AS share
        FROM unnest(terms) AS asked CROSS JOIN unnest(best || chunk_ids) AS seed (chunk_id)
        -- The limit keeps it to look-ups: for a hash, the terms of all chunks would be read.
        LEFT JOIN LATERAL (
            SELECT term.frequency, term.term_count FROM sqlrag.chunk_terms AS term
            WHERE term.workspace_id = workspace AND term.lexeme = asked.lexeme COLLATE "C"
                AND term.chunk_id = seed.chunk_id
            LIMIT 1
        ) AS t ON true
        WHERE asked.chunk_count > 0
    )
    SELECT held.lexeme, held.idf, CASE WHEN max(held.share) FILTER (WHERE held.is_best) > 0 THEN 0 ELSE held.idf END,
        held.idf * (1 - max(held.share)), held.mean_length
    FROM held
    GROUP BY held.lexeme, held.idf, held.mean_length;
END;
$$;
