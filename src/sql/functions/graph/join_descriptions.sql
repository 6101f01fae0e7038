-- Descriptions as one text of at most 4,000 characters: each once, the most frequent first, then the longest.
CREATE OR REPLACE FUNCTION sqlrag.join_descriptions(descriptions text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- In PL/pgSQL for its quick first look: most have one description.
    IF descriptions[1] = ALL (descriptions) THEN
        RETURN left(descriptions[1], 4000);
    END IF;
    RETURN (
        SELECT left(string_agg(ranked.description, E'\n' ORDER BY ranked.rank), 4000)
        FROM (
            SELECT d AS description, row_number() OVER place AS rank, sum(length(d) + 1) OVER place AS running
            FROM unnest(descriptions) AS d
            GROUP BY d
            WINDOW place AS (ORDER BY count(*) DESC, length(d) DESC, d COLLATE "C" ROWS UNBOUNDED PRECEDING)
        ) AS ranked
        WHERE ranked.running <= 4001 OR ranked.rank = 1
    );
END;
$$;
