-- The terms of a text and how often each occurs: stemmed words, and bigrams of CJK characters.
CREATE OR REPLACE FUNCTION sqlrag.lexemes(content text, language text DEFAULT 'simple')
RETURNS TABLE (lexeme text, frequency int)
-- Neither STRICT nor a CTE: either would keep it from being part of the plan that calls it, which
-- for short texts costs more than all the rest.
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT word.lexeme, cardinality(word.positions)
    FROM unnest(to_tsvector(language::regconfig, regexp_replace(
        -- ASCII is normal as it is, and to see it takes a tenth of the time.
        CASE WHEN octet_length(content) = length(content) THEN lower(content) ELSE normalize(lower(content), NFKC) END,
        -- Punctuation goes first, so that the parser finds words only: no "and/or" file names.
        -- The ranges are code points: character classes would follow the database's locale. Spaces stay as they
        -- are: to replace each by itself would take two thirds of the time.
        '[\u0001-\u001f\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf'
        '\u00d7\u00f7\u2000-\u206f\u20a0-\u2bff\u2e00-\u2e7f\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af'
        '\uf900-\ufaff\ufe10-\ufe6f]+',
        ' ', 'g'))) AS word
    UNION ALL
    SELECT substr(run.characters[1], start, 2), count(*)::int
    FROM regexp_matches(
        CASE WHEN octet_length(content) = length(content) THEN '' ELSE normalize(lower(content), NFKC) END,
        '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+', 'g') AS run (characters)
    CROSS JOIN generate_series(1, greatest(length(run.characters[1]) - 1, 1)) AS start
    GROUP BY 1
$$;
