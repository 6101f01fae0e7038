-- The terms of a question, in every language that the workspace's documents have.
CREATE OR REPLACE FUNCTION sqlrag.query_lexemes(workspace int, words text) RETURNS TABLE (lexeme text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    WITH RECURSIVE languages AS (
        -- A loose index scan: one look-up per language instead of one row per document.
        (SELECT language FROM sqlrag.documents WHERE workspace_id = workspace ORDER BY language LIMIT 1)
        UNION ALL
        SELECT (
            SELECT d.language FROM sqlrag.documents AS d
            WHERE d.workspace_id = workspace AND d.language > l.language
            ORDER BY d.language LIMIT 1
        )
        FROM languages AS l WHERE l.language IS NOT NULL
    ), word AS (
        SELECT DISTINCT raw.lexeme AS word FROM sqlrag.lexemes(words, 'simple') AS raw
    ), analysed AS MATERIALIZED (
        -- A word that was cut out and folded once needs no more than its dictionary; a bigram needs none.
        SELECT word, CASE WHEN word ~ '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]'
            THEN ARRAY[word]
            ELSE tsvector_to_array(to_tsvector(language::regconfig, word)) END AS terms
        FROM word, languages WHERE language IS NOT NULL
    )
    -- A stop word of one language is rare, and so would weigh much, in the documents of another.
    SELECT DISTINCT unnest(terms)
    FROM analysed
    WHERE word NOT IN (SELECT stop.word FROM analysed AS stop WHERE stop.terms = '{}')
$$;
