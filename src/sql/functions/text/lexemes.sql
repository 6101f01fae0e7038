-- The terms of a text and how often each occurs: stemmed words, what is written as one, words with accents without
-- them too, and stretches of what has no spaces: two characters of Chinese, Japanese and Korean, three of Thai, Lao,
-- Khmer and Burmese.
CREATE OR REPLACE FUNCTION sqlrag.lexemes(content text, language text DEFAULT 'simple')
RETURNS TABLE (lexeme text, frequency int)
-- Neither STRICT nor a CTE: either would keep it from being part of the plan that calls it, which
-- for short texts costs more than all the rest.
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT term.lexeme, term.frequency
    FROM (SELECT sqlrag.normal_form(content) AS text OFFSET 0) AS normal
    CROSS JOIN LATERAL (
        SELECT regexp_replace(lower(normal.text),
            -- Punctuation goes first, so that the parser finds words only: no "and/or" file names.
            -- The ranges are code points: character classes would follow the database's locale. Spaces stay as they
            -- are: to replace each by itself would take two thirds of the time.
            '[\u0001-\u001f\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf'
            '\u00d7\u00f7\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u0609-\u060d\u061b-\u061f'
            '\u066a-\u066d\u06d4\u0964\u0965\u0e00-\u0eff\u0f04-\u0f17\u0f34-\u0f3d\u0fd0-\u109f\u1361-\u1368'
            '\u1780-\u17ff\u2000-\u206f\u20a0-\u2bff\u2e00-\u2e7f\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af'
            '\uf900-\ufaff\ufe10-\ufe6f\U00020000-\U0003ffff]+',
            ' ', 'g') || coalesce((
                -- What signs join is a word as a whole, too: ERR_CONN_42, e-mail, U.S.A., 10,000; so are C++ and .NET.
                SELECT string_agg(' ' || CASE
                    WHEN joined ~ '^[0-9]{1,3}((,[0-9]{2,3})*,[0-9]{3}(\.[0-9]+)?|(\.[0-9]{3})+(,[0-9]+)?'
                        '|([ ''’][0-9]{3})+([.,][0-9]+)?)$'
                        THEN translate(replace(joined, substring(joined FROM '[^0-9]'), ''), ',', '.')
                    WHEN joined ~ '^[a-z]?[0-9]+([.,][0-9]+)+$'
                        THEN translate(joined, ',abcdefghijklmnopqrstuvwxyz', '.')
                    WHEN joined ~ '^[a-z]+[+][+]' THEN substring(joined FROM '^[a-z]+') || 'plusplus'
                    WHEN joined ~ '^[a-z]+[+]$' THEN rtrim(joined, '+') || 'plus'
                    WHEN joined ~ '^[a-z][#♯]$' THEN left(joined, 1) || 'sharp'
                    WHEN joined ~ '^[.][a-z]' THEN 'dot' || ltrim(joined, '.')
                    WHEN joined !~ '[+#♯ ]|^[.)]' THEN translate(joined, '-_.@&‐·', '') END, '')
                FROM regexp_matches(normal.text,
                    '(?:[0-9A-Za-z\u00c0-\u064a\u0900-\u0dff\u1e00-\u1eff]+[-_.@&‐·])+'
                    '[0-9A-Za-z\u00c0-\u064a\u0900-\u0dff\u1e00-\u1eff]+'
                    '|[0-9]+(?:[.,][0-9]+)+|\m[0-9]{1,3}(?:[ ''’][0-9]{3})+(?:[.,][0-9]+)?(?![0-9])'
                    '|[A-Za-z]+(?:[+][+]?[0-9A-Za-z]*|[#♯])|[).]*[.][A-Za-z]+', 'g') AS found,
                    lower(found[1]) AS joined
                WHERE length(joined) < 64
            ), '') || coalesce((
                -- And what is not, has its parts: getUserName, FY2018, 2023Q2. Of a letter or two, they would say
                -- little.
                SELECT string_agg(' ' || lower(part[1]), '')
                FROM regexp_matches(normal.text,
                    '[0-9A-Za-z]*(?:[a-z][A-Z]|[0-9][A-Za-z]|[A-Za-z][0-9])[0-9A-Za-z]*', 'g') AS found,
                    regexp_matches(found[1],
                        '[0-9]{3,}|[A-Z]{3,}(?![a-z])|[A-Z]?[a-z]{2,}|[A-Za-z][0-9]{1,2}(?![0-9])', 'g') AS part
                WHERE length(found[1]) < 40 AND part <> found
            ), '') AS words
        OFFSET 0
    ) AS spelled
    CROSS JOIN LATERAL (SELECT to_tsvector(language::regconfig, spelled.words) AS vector OFFSET 0) AS stemmed
    CROSS JOIN LATERAL (
        SELECT word.lexeme, cardinality(word.positions) AS frequency FROM unnest(stemmed.vector) AS word
        UNION ALL
        -- Not where the stem has none: that word would count twice.
        SELECT word.lexeme, cardinality(word.positions)
        FROM unnest(ts_delete(to_tsvector(language::regconfig, (
            SELECT sqlrag.plain_letters(string_agg(accented[1], ' '))
            FROM regexp_matches(spelled.words, '[0-9a-z\u0370-\u03ff]*[\u00df-\u024f\u03ac-\u03b0\u03c2\u03ca-\u03ce'
                '\u1e00-\u1fff][0-9a-z\u00df-\u024f\u0370-\u03ff\u1e00-\u1fff]*', 'g') AS accented
        )), tsvector_to_array(stemmed.vector))) AS word
        WHERE normal.text ~ '[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff]'
        UNION ALL
        -- Also the ends, which are shorter: so every shorter stretch begins a term.
        SELECT substr(run.characters[1], start, size), count(*)::int
        FROM regexp_matches(
            -- A long run is cut with an overlap: a character far into it is found by counting all before.
            CASE WHEN octet_length(normal.text) = length(normal.text) THEN ''
                ELSE regexp_replace(lower(normal.text), '([^\u0001-\u0dff]{198})([^\u0001-\u0dff]{2})', '\1\2 \2', 'g')
                END,
            '[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+'
            '|[\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e\u0e81-\u0ecf\u0edc-\u0edf\u1000-\u103f\u1050-\u109f'
            '\u1780-\u17d3\u17dc\u17dd]+', 'g') AS run (characters)
        CROSS JOIN LATERAL (SELECT CASE WHEN ascii(run.characters[1]) < 8192 THEN 3 ELSE 2 END) AS gram (size)
        CROSS JOIN generate_series(1, length(run.characters[1])) AS start
        GROUP BY 1
    ) AS term
$$;
