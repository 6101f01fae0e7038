-- Words to look for, as they stand and in the forms that they have in some languages; NULL where there are none.
CREATE OR REPLACE FUNCTION sqlrag.phrase_of(words text, languages text[]) RETURNS sqlrag.phrase
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- What stands between words. Code points: character classes would follow the database's locale.
    between constant text := '\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9'
        '\u00bb-\u00bf\u00d7\u00f7\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u0609-\u060d'
        '\u061b-\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f\u20a0-\u2bff\u2e00-\u2e7f\u3000-\u3004'
        '\u3008-\u3020\u3030-\u303f\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65';
    -- What is written without spaces, and Korean, whose words take endings, begins and ends anywhere.
    spaceless constant text := '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf'
        '\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]';
    given text[] := array_remove(regexp_split_to_array(normalize(words, NFKC), '[' || between || ']+'), '');
    -- Behind them stand those of Arabic and Hebrew without prefixes.
    parts text[] := (array_remove(regexp_split_to_array(
        sqlrag.fold_case(sqlrag.normal_form(words)), '[' || between || ']+'), ''))[:cardinality(given)];
    ending constant text := '[^' || between || ']{0,9}';
    space text;
    stems text[];
    head text;
    tail text;
BEGIN
    IF coalesce(cardinality(parts), 0) = 0 THEN
        RETURN NULL;
    END IF;
    head := CASE WHEN parts[1] ~ ('^' || spaceless) THEN '' ELSE '(?:^|[' || between || '])' END;
    tail := CASE WHEN parts[cardinality(parts)] ~ (spaceless || '$') THEN '' ELSE '(?=$|[' || between || '])' END;
    space := '[' || between || ']' || CASE WHEN words ~ spaceless THEN '*' ELSE '+' END;
    -- A form has the stem of its word, but for the last letter: pony, ponies. The parser of Postgres tells the rest.
    stems := ARRAY(
        SELECT CASE WHEN p.part ~ spaceless OR length(p.part) < 4 OR p.part ~ '[0-9]' THEN p.part ELSE
            left(p.part, greatest(3, least(length(p.part), min(length(s.stem))) - 1)) END
        FROM unnest(parts) WITH ORDINALITY AS p (part, place)
        LEFT JOIN LATERAL (
            SELECT tsvector_to_array(to_tsvector(l.language::regconfig, p.part)) AS lexemes
            FROM unnest(languages) AS l (language) WHERE l.language <> 'simple'
        ) AS f ON true
        LEFT JOIN LATERAL (SELECT coalesce(f.lexemes[1], p.part) AS stem) AS s ON true
        GROUP BY p.part, p.place
        ORDER BY p.place
    );
    RETURN (array_to_string(parts, ' '), stems[1], head || array_to_string(parts, space) || tail,
        CASE WHEN stems <> parts THEN
            head || '(' || array_to_string(stems, ending || space) || ending || ')' || tail
        END, languages)::sqlrag.phrase;
END;
$$;
