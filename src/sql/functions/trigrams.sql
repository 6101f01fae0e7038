-- The distinct trigrams of a text's words, each padded as pg_trgm pads it.
-- call: SELECT rag.trigrams($1)
CREATE OR REPLACE FUNCTION rag.trigrams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT ARRAY(
        SELECT DISTINCT substr('  ' || word || ' ', start, 3) COLLATE "C"
        FROM unnest(string_to_array(words, ' ')) AS word, generate_series(1, length(word) + 1) AS start
        WHERE word <> ''
    )
$$;
COMMENT ON FUNCTION rag.trigrams IS 'The distinct trigrams of a text. Example: SELECT rag.trigrams(''paul graham'')';
