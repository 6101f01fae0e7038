-- The text that most of some texts are; of several the shortest.
-- call: SELECT rag.most_frequent($1)
CREATE OR REPLACE FUNCTION rag.most_frequent(texts text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- In PL/pgSQL for its quick first look: most have one form only.
    IF texts[1] = ALL (texts) THEN
        RETURN texts[1];
    END IF;
    RETURN (SELECT t FROM unnest(texts) AS t GROUP BY t ORDER BY count(*) DESC, length(t), t COLLATE "C" LIMIT 1);
END;
$$;
COMMENT ON FUNCTION rag.most_frequent IS 'The text that most of some texts are. Example: SELECT rag.most_frequent(ARRAY[''Viaweb'', ''Viaweb Inc.'', ''Viaweb''])';
