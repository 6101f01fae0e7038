-- The distinct trigrams of a text's words, each padded as pg_trgm pads it.
CREATE OR REPLACE FUNCTION sqlrag.trigrams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT ARRAY(
        SELECT DISTINCT substr('  ' || word || ' ', start, 3) COLLATE "C"
        FROM unnest(string_to_array(words, ' ')) AS word, generate_series(1, length(word) + 1) AS start
        WHERE word <> ''
    )
$$;
