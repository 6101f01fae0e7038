-- Whether a text has a term that nothing but the documents of an erasure has.
CREATE OR REPLACE FUNCTION sqlrag.has_own_lexeme(content text, erasure sqlrag.erasure) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT content <> '' AND erasure.lexemes <> '{}' AND EXISTS (
        SELECT FROM unnest(erasure.languages) AS l (language)
        CROSS JOIN LATERAL sqlrag.lexemes(content, l.language) AS said
        WHERE said.lexeme = ANY (erasure.lexemes)
    )
$$;
