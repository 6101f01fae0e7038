-- Whether a text says what is to be said nowhere, or what nothing but the documents of an erasure says.
CREATE OR REPLACE FUNCTION sqlrag.is_trace(content text, erasure sqlrag.erasure) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN content IS NOT NULL AND (
        sqlrag.says(content, erasure.words) OR sqlrag.says(content, erasure.names)
        OR coalesce(sqlrag.has_own_lexeme(content, erasure), false)
    );
END;
$$;
