-- Whether a text in small letters has a name, or the longest word of it but for its ending: names are stored in full.
CREATE OR REPLACE FUNCTION sqlrag.is_said(lower_text text, name text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    -- In PL/pgSQL for its quick first look, which nearly always answers.
    IF strpos(lower_text, lower(name)) > 0 THEN
        RETURN true;
    END IF;
    RETURN (
        SELECT strpos(lower_text, left(w.word, greatest(4, length(w.word) - 2))) > 0
        FROM string_to_table(lower(name), ' ') AS w (word)
        ORDER BY length(w.word) DESC, w.word
        LIMIT 1
    );
END;
$$;
