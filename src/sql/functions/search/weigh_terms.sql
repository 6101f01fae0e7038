-- The terms of a question, rarest first, with how many chunks have them and what they weigh in BM25; of a word that no
-- chunk has in any form, one.
-- example: SELECT * FROM rag.weigh_terms('default', 'total net sales')
CREATE OR REPLACE FUNCTION sqlrag.weigh_terms(workspace int, words text) RETURNS SETOF sqlrag.term
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    WITH totals AS (
        SELECT sum(chunks)::float8 AS chunks, (sum(terms) / nullif(sum(chunks), 0))::float8 AS mean_length
        FROM sqlrag.workspace_totals WHERE workspace_id = workspace
    ), asked AS MATERIALIZED (
        SELECT q.lexeme, q.word, q.weight, q.spoken FROM sqlrag.query_lexemes(workspace, words) AS q
    ), counted AS MATERIALIZED (
        SELECT lexeme, count(*) AS chunk_count FROM sqlrag.chunk_terms
        WHERE workspace_id = workspace AND lexeme = ANY (ARRAY(SELECT asked.lexeme FROM asked))
        GROUP BY lexeme
    ), shared AS (
        -- A word is as rare as all its forms together: that of a language which few documents have is not rare for it.
        SELECT lexeme, chunk_count, weight, sum(chunk_count) OVER forms AS word_count, count(*) OVER forms AS forms
        FROM counted JOIN asked USING (lexeme)
        WINDOW forms AS (PARTITION BY asked.word)
    ), word AS (
        SELECT lexeme, chunk_count, least(chunks, max(word_count)) AS word_count, max(forms) AS forms,
            least(1, sum(weight)) AS weight, chunks, mean_length
        FROM shared, totals GROUP BY lexeme, chunk_count, chunks, mean_length
        UNION ALL
        SELECT min(asked.lexeme), 0, 0, 1, least(1, sum(asked.weight)), chunks, mean_length
        FROM totals, asked LEFT JOIN counted USING (lexeme)
        WHERE chunks > 0 GROUP BY asked.spoken, chunks, mean_length HAVING asked.spoken <> '' AND count(chunk_count) = 0
    )
    -- Lucene's idf, which is never negative.
    SELECT lexeme, chunk_count, weight * ln(1 + (chunks - word_count + 0.5::float8) / (word_count + 0.5::float8)),
        mean_length, forms
    FROM word ORDER BY chunk_count, lexeme
$$;
