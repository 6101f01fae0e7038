-- How many of some trigrams a name has; it has about one more than it has characters.
-- call: SELECT rag.common_trigrams($1, $2)
CREATE OR REPLACE FUNCTION rag.common_trigrams(grams text[], name_key text) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- Looked for in the padded name: taking every name apart would cost ten times as much.
    SELECT count(*)::float8 FROM unnest(grams) AS gram WHERE strpos('  ' || replace(name_key, ' ', '  ') || ' ', gram) > 0
$$;
COMMENT ON FUNCTION rag.common_trigrams IS 'How many of some trigrams a name has. Example: SELECT rag.common_trigrams(rag.trigrams(''graham''), ''paul graham'')';
