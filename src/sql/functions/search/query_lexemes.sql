-- The terms of a question, in every language that the workspace's documents have, the word that each is of, and the
-- share of that word's weight that it gets. Spoken is the word without accents; NULL where two are written as one, and
-- for pieces of a stretch without spaces, most of which are no words.
CREATE OR REPLACE FUNCTION sqlrag.query_lexemes(workspace int, words text)
RETURNS TABLE (lexeme text, word text, weight float8, spoken text)
-- In steps over arrays, whose plans are kept: nobody can foresee how many words a text has, and for thousands
-- planning and hashing would take longer than all the rest.
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    languages text[] := sqlrag.languages(workspace);
    -- Letters of scripts without spaces, and what of them is shorter than a term: as it stands, or between letters and
    -- digits, as the year of 2023年.
    unspaced CONSTANT text := '\u0e01-\u0ecf\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17dd\u3005-\u3007'
        '\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff';
    short CONSTANT text := '^([\u0e01-\u0ecf\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17dd]{1,2}'
        '|[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])$';
    normal text;
    lone text[] := '{}';
    spoken text[];
    tokens text[] := ARRAY(
        SELECT m[1] FROM regexp_matches(lower(words), '[0-9a-z\u00c0-\u058f\u1e00-\u1eff]+', 'g') AS m);
BEGIN
    IF octet_length(words) > length(words) THEN
        normal := lower(sqlrag.normal_form(words));
        lone := ARRAY(SELECT m[1] FROM regexp_matches(normal, '[' || unspaced || ']+', 'g') AS m WHERE m[1] ~ short);
    END IF;
    IF lone <> '{}' THEN
        -- Of a short stretch, all terms that begin with it.
        RETURN QUERY
            SELECT begun.term, stretch, 1::float8, NULL
            FROM (
                SELECT DISTINCT m[1] FROM regexp_matches(normal, '[0-9a-z' || unspaced || ']+', 'g') AS m
                WHERE m[1] ~ short
            ) AS apart (stretch)
            CROSS JOIN LATERAL (
                -- One look-up for a term instead of one row for each chunk that has it.
                WITH RECURSIVE found (term) AS (
                    SELECT stretch COLLATE "C"
                    UNION ALL
                    SELECT (SELECT t.lexeme FROM sqlrag.chunk_terms AS t
                        WHERE t.workspace_id = workspace AND t.lexeme > f.term
                            AND t.lexeme < (stretch || U&'\+10FFFF') COLLATE "C"
                        ORDER BY t.lexeme LIMIT 1)
                    FROM found AS f WHERE f.term IS NOT NULL
                )
                SELECT term FROM found WHERE term > stretch
            ) AS begun;
    END IF;
    -- Without the ends of longer stretches.
    spoken := ARRAY(SELECT raw.lexeme FROM sqlrag.lexemes(words, 'simple') AS raw
        WHERE octet_length(raw.lexeme) = length(raw.lexeme) OR raw.lexeme !~ short
            OR raw.lexeme IN (SELECT unnest(lone)));
    RETURN QUERY
        WITH accented AS MATERIALIZED (
            SELECT word, sqlrag.plain_letters(word) AS plain FROM unnest(spoken) AS word
            WHERE octet_length(words) > length(words) AND word <> sqlrag.plain_letters(word)
        ), spelling AS (
            -- Where a word stands with its accents, it stands without them too: both together count as one.
            SELECT word FROM accented UNION SELECT plain FROM accented
        ), asked AS (
            SELECT word, ARRAY[word] AS parts,
                CASE WHEN spelling.word IS NULL THEN 1::float8 ELSE 0.5::float8 END AS weight
            FROM unnest(spoken) AS word LEFT JOIN spelling USING (word)
            UNION ALL
            -- Two words may be written as one: the best buy of BESTBUY_2023_10K, the 10 000 of 10,000.
            SELECT token || following, ARRAY[token, following, token || following], 1
            FROM unnest(tokens[:cardinality(tokens) - 1], tokens[2:]) AS pair (token, following)
        ), analysed AS MATERIALIZED (
            -- A word that was cut out and folded once needs no more than its dictionary; a stretch needs none.
            SELECT word, parts, weight, language, CASE WHEN word ~ ('[' || unspaced || ']')
                THEN ARRAY[word] ELSE tsvector_to_array(to_tsvector(language::regconfig, word)) END AS terms
            FROM asked, unnest(languages) AS language
        ), stop AS MATERIALIZED (
            SELECT word, language FROM analysed WHERE terms = '{}' AND cardinality(parts) = 1
        ), told AS (
            SELECT language, count(*) AS heard FROM stop GROUP BY language
        ), meant AS (
            -- A stop word of one language is rare, and so would weigh much, in the documents of another, where it may
            -- be what is asked for: the war of "was war". The question speaks the language of most of its stop words;
            -- one that is a single word ahead leaves it in doubt.
            SELECT word, CASE WHEN bool_or(terms <> '{}' AND language <> 'simple')
                THEN greatest(0, least(1, 1 - (max(told.heard) FILTER (WHERE terms = '{}')
                    - coalesce(max(told.heard) FILTER (WHERE terms <> '{}'), 0)) / 2::float8))
                ELSE 0 END AS share
            FROM analysed LEFT JOIN told USING (language)
            WHERE cardinality(languages) > 1 AND cardinality(parts) = 1 AND word IN (SELECT stop.word FROM stop)
            GROUP BY word
        ), weighed AS MATERIALIZED (
            SELECT term, word, max(analysed.weight) AS weight, coalesce(max(meant.share), 1) AS share,
                bool_and(cardinality(parts) = 1 AND word !~ ('[' || unspaced || ']')) AS is_spoken
            FROM analysed CROSS JOIN unnest(terms) AS term LEFT JOIN meant USING (word)
            WHERE cardinality(parts) = 1 OR NOT parts && ARRAY(SELECT stop.word FROM stop)
            GROUP BY term, word
        )
        -- Where nothing else is asked, stop words are.
        SELECT term, word, weighed.weight * coalesce(nullif(share, 0), 1), CASE WHEN is_spoken
            THEN coalesce((SELECT a.plain FROM accented AS a WHERE a.word = weighed.word), word) END
        FROM weighed
        WHERE share > 0 OR NOT EXISTS (SELECT FROM weighed AS other WHERE other.share > 0);
END;
$$;
