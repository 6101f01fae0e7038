-- How many of some trigrams a name has; a name has about one more than it has characters.
CREATE OR REPLACE FUNCTION sqlrag.common_trigrams(grams text[], name_key text) RETURNS TABLE (common float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1 AS $$
    -- Looked for in the padded name: taking every name apart would cost ten times as much.
    SELECT count(*)::float8
    FROM (SELECT '  ' || replace(name_key, ' ', '  ') || ' ' AS name OFFSET 0) AS padded
    JOIN unnest(grams) AS gram ON strpos(padded.name, gram) > 0
$$;
