-- The hash of all that mentions say of an entity; a summary of it counts while this is the same.
-- call: SELECT rag.entity_inputs_sha256($1, $2)
CREATE OR REPLACE FUNCTION rag.entity_inputs_sha256(workspace int, entity bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Hashes of single descriptions, since a text joined of many could have more than a gigabyte.
    SELECT sha256(coalesce(string_agg(said.hash, '' ORDER BY said.hash), ''))
    FROM (
        SELECT DISTINCT sha256(convert_to(m.description, 'UTF8')) AS hash
        FROM sqlrag.mentions AS m
        WHERE m.workspace_id = workspace AND m.entity_id = entity AND m.description <> ''
    ) AS said
$$;
COMMENT ON FUNCTION rag.entity_inputs_sha256 IS 'The hash of all that mentions say of an entity. Example: SELECT rag.entity_inputs_sha256(1, 1)';
