-- The sentence around the first place where a text has a phrase, and where it begins, from 0.
CREATE OR REPLACE FUNCTION sqlrag.quote_around(content text, phrase text, longest int DEFAULT 300)
RETURNS TABLE (quote text, char_start int)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1 AS $$
    WITH asked AS MATERIALIZED (
        -- A line may break inside a phrase.
        SELECT regexp_replace(regexp_replace(btrim(phrase), '([^\w\s])', '\\\1', 'g'), '\s+', '\\s+', 'g') AS pattern,
            CASE WHEN length(lower(content)) = length(content) THEN strpos(lower(content), lower(btrim(phrase)))
                ELSE 0 END AS plain
    ), place AS MATERIALIZED (
        SELECT CASE
            -- Nearly always it stands there as it is; to compile a pattern takes longer than all else.
            WHEN plain > 0 AND substr(content, plain - 1, 1) !~ '\w'
                AND substr(content, plain + length(btrim(phrase)), 1) !~ '\w' THEN plain
            ELSE coalesce(
                nullif(regexp_instr(content, '\m' || pattern || '\M', 1, 1, 0, 'i'), 0),
                nullif(regexp_instr(content, pattern, 1, 1, 0, 'i'), 0))
            END AS first
        FROM asked WHERE pattern <> ''
    ), sentence AS (
        -- A dot after an initial or a usual abbreviation ends no sentence, nor does one inside the phrase.
        SELECT first,
            1 + coalesce(length(substring(left(content, first - 1)
                FROM '^.*(?:(?:(?<!\m(?:[A-ZА-ЯЁ]|Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|St|vs))\.|[!?])["”’»)]*\s+'
                '|[。！？]\s*|\n\s*\n)')), 0) AS start,
            first - 1 + length(btrim(phrase))
                + length(substring(substr(content, first + length(btrim(phrase)))
                    FROM '^.*?(?:(?:(?<!\m(?:[A-ZА-ЯЁ]|Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|St|vs))\.|[!?])["”’»)]*'
                    '(?=\s|$)|[。！？]|(?=\n\s*\n)|$)')) AS ending
        FROM place WHERE first IS NOT NULL
    ), cut AS (
        -- A sentence that is too long begins at a word shortly before the phrase.
        SELECT ending, CASE WHEN ending - start < longest OR first - start < longest / 3 THEN start ELSE
            first - longest / 3 + coalesce(length(substring(substr(content, first - longest / 3, longest / 3)
                FROM '^\S*\s')), 0)
        END AS start
        FROM sentence
    )
    SELECT rtrim(substr(content, start, least(longest, ending - start + 1)), E' \n\t\r'), start - 1 FROM cut
$$;
