-- The hash of some descriptions, in whatever order and however often each is given, and of what else counts.
CREATE OR REPLACE FUNCTION sqlrag.descriptions_sha256(descriptions text[], beyond text DEFAULT '') RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Hashes of single descriptions, since a text joined of many could have more than a gigabyte.
    SELECT sha256(coalesce(string_agg(said.hash, '' ORDER BY said.hash), '') || convert_to(beyond, 'UTF8'))
    FROM (SELECT DISTINCT sha256(convert_to(d, 'UTF8')) AS hash FROM unnest(descriptions) AS d WHERE d <> '') AS said
$$;
