-- The hash of all that evidence says of a relation; a summary of it counts while this is the same.
-- call: SELECT rag.relation_inputs_sha256($1, $2)
CREATE OR REPLACE FUNCTION rag.relation_inputs_sha256(workspace int, relation bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(coalesce(string_agg(said.hash, '' ORDER BY said.hash), ''))
    FROM (
        SELECT DISTINCT sha256(convert_to(v.description, 'UTF8')) AS hash
        FROM sqlrag.evidence AS v
        WHERE v.workspace_id = workspace AND v.relation_id = relation AND v.description <> ''
    ) AS said
$$;
COMMENT ON FUNCTION rag.relation_inputs_sha256 IS 'The hash of all that evidence says of a relation. Example: SELECT rag.relation_inputs_sha256(1, 1)';
