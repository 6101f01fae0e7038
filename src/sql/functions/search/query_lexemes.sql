-- The terms of a question, in every language that the workspace's documents have, and the word that each is of.
CREATE OR REPLACE FUNCTION sqlrag.query_lexemes(workspace int, words text) RETURNS TABLE (lexeme text, word text)
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
    ), token AS (
        SELECT m[1] AS token, lead(m[1]) OVER (ORDER BY place) AS following
        FROM regexp_matches(lower(words), '[0-9a-z\u00c0-\u058f\u1e00-\u1eff]+', 'g') WITH ORDINALITY AS t (m, place)
    ), word AS (
        SELECT raw.lexeme AS word, ARRAY[raw.lexeme] AS parts FROM sqlrag.lexemes(words, 'simple') AS raw
        UNION
        -- Two words may be written as one: the best buy of BESTBUY_2023_10K, the 10 000 of 10,000.
        SELECT token || following, ARRAY[token, following, token || following] FROM token WHERE following IS NOT NULL
    ), analysed AS MATERIALIZED (
        -- A word that was cut out and folded once needs no more than its dictionary; a stretch needs none.
        SELECT word, parts, CASE
            WHEN word ~ '[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]'
            THEN ARRAY[word]
            ELSE tsvector_to_array(to_tsvector(language::regconfig, word)) END AS terms
        FROM word, languages WHERE language IS NOT NULL
    )
    -- A stop word of one language is rare, and so would weigh much, in the documents of another.
    SELECT DISTINCT unnest(terms), word
    FROM analysed
    WHERE NOT parts && ARRAY(SELECT stop.word FROM analysed AS stop WHERE stop.terms = '{}')
$$;
