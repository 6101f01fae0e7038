-- A text in Arabic or Hebrew letters, in one spelling: without vowel points, tatweel and the marks of abbreviations,
-- with one alef, ya, kaf and ha, and after it the words that are joined to a prefix, or to an ending, without that.
CREATE OR REPLACE FUNCTION sqlrag.fold_semitic(content text) RETURNS text
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
