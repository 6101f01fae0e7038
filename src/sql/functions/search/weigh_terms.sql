-- The terms of a question, rarest first, with how many chunks have them and what they weigh in BM25.
-- example: SELECT * FROM rag.weigh_terms('default', 'total net sales')
CREATE OR REPLACE FUNCTION sqlrag.weigh_terms(workspace int, words text) RETURNS SETOF sqlrag.term
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    WITH totals AS (
        SELECT sum(chunks)::float8 AS chunks, (sum(terms) / nullif(sum(chunks), 0))::float8 AS mean_length
        FROM sqlrag.workspace_totals WHERE workspace_id = workspace
    ), counted AS (
        SELECT lexeme, count(*) AS chunk_count
        FROM sqlrag.chunk_terms
        WHERE workspace_id = workspace
            AND lexeme = ANY (ARRAY(SELECT asked.lexeme FROM sqlrag.query_lexemes(workspace, words) AS asked))
        GROUP BY lexeme
    )
    -- Lucene's idf, which is never negative.
    SELECT lexeme, chunk_count, ln(1 + (chunks - chunk_count + 0.5::float8) / (chunk_count + 0.5::float8)), mean_length
    FROM counted, totals
    ORDER BY chunk_count, lexeme
$$;
