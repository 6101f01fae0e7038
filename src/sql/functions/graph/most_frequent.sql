-- The text that most of some texts are; of several the shortest.
CREATE OR REPLACE FUNCTION sqlrag.most_frequent(texts text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- In PL/pgSQL for its quick first look: most have one form only.
    IF texts[1] = ALL (texts) THEN
        RETURN texts[1];
    END IF;
    RETURN (SELECT t FROM unnest(texts) AS t GROUP BY t ORDER BY count(*) DESC, length(t), t COLLATE "C" LIMIT 1);
END;
$$;
