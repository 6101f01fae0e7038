-- The terms of a chunk: those of its text, and those of what it stands under, its document's title and file and its
-- headings; how often each occurs, and how much of the chunk's length it is.
CREATE OR REPLACE FUNCTION sqlrag.chunk_lexemes(title text, source_key text, headings text[], content text,
    language text) RETURNS TABLE (lexeme text, frequency int, length int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT term.lexeme, sum(term.frequency)::int, sum(term.length)::int
    FROM (
        SELECT said.lexeme, said.frequency, said.frequency AS length FROM sqlrag.lexemes(content, language) AS said
        UNION ALL
        -- In a title a term counts as three in the text (BM25F: Robertson, Zaragoza & Taylor 2004), and once more
        -- under a ^, whatever the length of the chunk: sqlrag.title_terms.
        SELECT field.mark || above.lexeme, 3, field.length
        FROM sqlrag.lexemes(concat_ws(E'\n', title, array_to_string(headings, E'\n'),
            substring(source_key FROM '([^/\\]+)\.[0-9A-Za-z]{1,5}$')), language) AS above
        CROSS JOIN (VALUES ('', 1), ('^', 0)) AS field (mark, length)
    ) AS term GROUP BY term.lexeme
$$;
