-- The hash of what evidence says of a relation; a summary of it counts while this is the same.
-- call: SELECT rag.relation_inputs_sha256($1, $2)
CREATE OR REPLACE FUNCTION rag.relation_inputs_sha256(workspace int, relation bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- As rag.entity_inputs_sha256 does it.
    WITH late AS MATERIALIZED (
        SELECT v.description FROM sqlrag.evidence AS v
        WHERE v.workspace_id = workspace AND v.relation_id = relation
        ORDER BY v.chunk_id DESC LIMIT 1000
    )
    SELECT sha256(coalesce(string_agg(said.hash, '' ORDER BY said.hash), '') || coalesce((
        SELECT convert_to(format('%s %s', count(*), sum(v.chunk_id)), 'UTF8') FROM sqlrag.evidence AS v
        WHERE (SELECT count(*) FROM late) = 1000 AND v.workspace_id = workspace AND v.relation_id = relation
        HAVING count(*) > 1000
    ), ''))
    FROM (SELECT DISTINCT sha256(convert_to(l.description, 'UTF8')) AS hash FROM late AS l WHERE l.description <> '') AS said
$$;
COMMENT ON FUNCTION rag.relation_inputs_sha256 IS 'The hash of what evidence says of a relation: of all, or of the latest thousand and of the chunks of the others. Example: SELECT rag.relation_inputs_sha256(1, 1)';
