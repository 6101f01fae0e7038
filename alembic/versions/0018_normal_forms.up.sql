-- The functions as they are on the day of this revision.
-- A text in Arabic or Hebrew letters, in one spelling: without vowel points, tatweel and the marks of abbreviations,
-- with one alef, ya, kaf and ha, and after it the words that are joined to a prefix, or to an ending, without that.
CREATE OR REPLACE FUNCTION pg_temp.fold_semitic(content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT folded || coalesce((
        -- wa-, and ve-, she-, kshe-, ha-, be-, le-, mi-, ke-: which letters are a prefix, only a dictionary would know.
        SELECT string_agg(' ' || bare[1], '')
        FROM regexp_matches(folded, '(?<![\u05d0-\u05ea\u0621-\u064a])'
            '(?:\u05d5?(?:[\u05db\u05dc\u05de]?\u05e9)?[\u05d4\u05d1\u05dc\u05de\u05db]'
            '|\u05d5?[\u05db\u05dc\u05de]?\u05e9|\u05d5|\u0648(?=\u0627\u0644))'
            '([\u05d0-\u05ea\u0621-\u064a]{3,})', 'g') AS bare
    ), '') || coalesce((
        -- Persian sets endings and prefixes apart by a joiner that nobody sees, and many do not write.
        SELECT string_agg(' ' || translate(joined[1], E'\u200c', ' '), '')
        FROM regexp_matches(folded, '[\u0621-\u06ff]+(?:\u200c+[\u0621-\u06ff]+)+', 'g') AS joined
    ), '')
    FROM (SELECT translate(regexp_replace(content,
            '[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc'
            '\u06df-\u06e8\u06ea-\u06ed]+|(?<=[\u05d0-\u05ea])["''\u05f3\u05f4\u2019\u201d](?=[\u05d0-\u05ea])',
            '', 'g'), 'أإآٱیکہے', 'اااايكهي') OFFSET 0) AS text (folded)
$$;

-- A text with one spelling for what readers take for the same, case aside: without what nobody sees, digits of every
-- script as ASCII has them.
CREATE OR REPLACE FUNCTION pg_temp.normal_form(content text) RETURNS text
-- In PL/pgSQL for its quick looks: ASCII is normal as it is, and most texts need no step.
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    normal text;
BEGIN
    IF octet_length(content) = length(content) THEN
        RETURN content;
    END IF;
    normal := normalize(content, NFKC);
    IF normal ~ '[\u0590-\u06ff]' THEN
        normal := pg_temp.fold_semitic(normal);
    END IF;
    -- Soft hyphens, joiners, marks of direction and of variants stand inside of words, and so does stress in Cyrillic.
    IF normal ~ '[\u00ad\u034f\u0300\u0301\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff'
        '\U000e0100-\U000e01ef]'
    THEN
        normal := regexp_replace(normal, '[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff'
            '\U000e0100-\U000e01ef]+|(?<=[\u0400-\u052f])[\u0300\u0301]+', '', 'g');
    END IF;
    IF normal ~ '[ёЁ]' THEN
        normal := translate(normal, 'ёЁ', 'еЕ');
    END IF;
    IF normal ~ '[\u0660-\u066c\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049'
        '\u17e0-\u17e9]'
    THEN
        normal := translate(normal, '٠١٢٣٤٥٦٧٨٩٫٬۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯'
            '๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙၀၁၂၃၄၅၆၇၈၉០១២៣៤៥៦៧៨៩',
            '0123456789.,' || repeat('0123456789', 7));
    END IF;
    RETURN normal;
END;
$$;

-- A text in Latin or Greek letters as who has none with accents types it.
CREATE OR REPLACE FUNCTION pg_temp.plain_letters(text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT replace(replace(replace(replace(
        translate(regexp_replace(normalize(text, NFD), '[\u0300-\u036f]+', '', 'g'), 'łøđðħŧıς', 'loddhtiσ'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
$$;

-- The terms of a text and how often each occurs: stemmed words, what is written as one, words with accents without
-- them too, and stretches of what has no spaces: two characters of Chinese, Japanese and Korean, three of Thai, Lao,
-- Khmer and Burmese.
CREATE OR REPLACE FUNCTION pg_temp.lexemes(content text, language text DEFAULT 'simple')
RETURNS TABLE (lexeme text, frequency int)
-- Neither STRICT nor a CTE: either would keep it from being part of the plan that calls it, which
-- for short texts costs more than all the rest.
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT term.lexeme, term.frequency
    FROM (SELECT pg_temp.normal_form(content) AS text OFFSET 0) AS normal
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
            SELECT pg_temp.plain_letters(string_agg(accented[1], ' '))
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

-- The terms of a chunk: those of its text, and those of what it stands under, its document's title and file and its
-- headings; how often each occurs, and how much of the chunk's length it is.
CREATE OR REPLACE FUNCTION pg_temp.chunk_lexemes(title text, source_key text, headings text[], content text,
    language text) RETURNS TABLE (lexeme text, frequency int, length int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT term.lexeme, sum(term.frequency)::int, sum(term.length)::int
    FROM (
        SELECT said.lexeme, said.frequency, said.frequency AS length FROM pg_temp.lexemes(content, language) AS said
        UNION ALL
        -- In a title a term counts as three in the text (BM25F: Robertson, Zaragoza & Taylor 2004), and once more
        -- under a ^, whatever the length of the chunk: pg_temp.title_terms.
        SELECT field.mark || above.lexeme, 3, field.length
        FROM pg_temp.lexemes(concat_ws(E'\n', title, array_to_string(headings, E'\n'),
            substring(source_key FROM '([^/\\]+)\.[0-9A-Za-z]{1,5}$')), language) AS above
        CROSS JOIN (VALUES ('', 1), ('^', 0)) AS field (mark, length)
    ) AS term GROUP BY term.lexeme
$$;

CREATE TYPE sqlrag.copy AS (chunk_id bigint, document_id bigint, source_key text, title text);
COMMENT ON TYPE sqlrag.copy IS 'A chunk with the same text as another, and its document.';
ALTER TYPE sqlrag.chunk_item ADD ATTRIBUTE copies sqlrag.copy[];
COMMENT ON TYPE sqlrag.chunk_item IS
    'A chunk of a context: its text, where it stands in its document, who found it, and the chunks that repeat it.';

DROP INDEX sqlrag.chunk_terms_by_lexeme, sqlrag.chunk_terms_by_chunk;
TRUNCATE sqlrag.chunk_terms;
WITH term AS MATERIALIZED (
    SELECT c.workspace_id, c.chunk_id, t.lexeme, t.frequency, t.length
    FROM sqlrag.chunks AS c
    JOIN sqlrag.documents AS d USING (workspace_id, document_id)
    CROSS JOIN LATERAL pg_temp.chunk_lexemes(d.title, d.source_key, c.headings, c.content, d.language) AS t
), counted AS MATERIALIZED (
    SELECT c.workspace_id, c.chunk_id, c.term_count AS old_count, coalesce(sum(term.length), 0)::int AS term_count
    FROM sqlrag.chunks AS c LEFT JOIN term USING (workspace_id, chunk_id)
    GROUP BY c.workspace_id, c.chunk_id, c.term_count
), recounted AS (
    UPDATE sqlrag.chunks AS c SET term_count = counted.term_count
    FROM counted
    WHERE c.workspace_id = counted.workspace_id AND c.chunk_id = counted.chunk_id
        AND c.term_count <> counted.term_count
), totalled AS (
    -- A change, so that no answer of before is taken for one of now.
    INSERT INTO sqlrag.workspace_totals (workspace_id, changes, terms)
    SELECT workspace_id, 1, sum(term_count - old_count) FROM counted GROUP BY workspace_id
)
INSERT INTO sqlrag.chunk_terms (workspace_id, lexeme, chunk_id, frequency, term_count)
SELECT workspace_id, term.lexeme, chunk_id, term.frequency, CASE WHEN term.length > 0 THEN counted.term_count ELSE 0 END
FROM term JOIN counted USING (workspace_id, chunk_id);
CREATE UNIQUE INDEX chunk_terms_by_lexeme ON sqlrag.chunk_terms (workspace_id, lexeme, chunk_id)
INCLUDE (frequency, term_count);
CREATE INDEX chunk_terms_by_chunk ON sqlrag.chunk_terms (workspace_id, chunk_id);
-- Until then plans would guess how often a term occurs.
ANALYZE sqlrag.chunks, sqlrag.chunk_terms;
