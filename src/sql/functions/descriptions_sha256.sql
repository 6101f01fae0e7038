-- The hash of some descriptions, in whatever order and however often each is given, and of what else counts.
-- call: SELECT rag.descriptions_sha256($1, $2)
CREATE OR REPLACE FUNCTION rag.descriptions_sha256(descriptions text[], beyond text DEFAULT '') RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Hashes of single descriptions, since a text joined of many could have more than a gigabyte.
    SELECT sha256(coalesce(string_agg(said.hash, '' ORDER BY said.hash), '') || convert_to(beyond, 'UTF8'))
    FROM (SELECT DISTINCT sha256(convert_to(d, 'UTF8')) AS hash FROM unnest(descriptions) AS d WHERE d <> '') AS said
$$;
COMMENT ON FUNCTION rag.descriptions_sha256 IS 'The hash of some descriptions, whatever their order. Example: SELECT rag.descriptions_sha256(ARRAY[''A keeper.'', ''A poet.''])';
