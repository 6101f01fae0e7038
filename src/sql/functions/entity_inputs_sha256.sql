-- The hash of what mentions say of an entity; a summary of it counts while this is the same.
-- call: SELECT rag.entity_inputs_sha256($1, $2)
CREATE OR REPLACE FUNCTION rag.entity_inputs_sha256(workspace int, entity bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH late AS MATERIALIZED (
        SELECT m.description FROM sqlrag.mentions AS m
        WHERE m.workspace_id = workspace AND m.entity_id = entity
        ORDER BY m.chunk_id DESC LIMIT 1000
    )
    -- Hashes of single descriptions, since a text joined of many could have more than a gigabyte.
    SELECT sha256(coalesce(string_agg(said.hash, '' ORDER BY said.hash), '') || coalesce((
        -- Of a hub, the latest thousand and which ones there are: reading all would make each retrieval slow.
        SELECT convert_to(format('%s %s', count(*), sum(m.chunk_id)), 'UTF8') FROM sqlrag.mentions AS m
        WHERE (SELECT count(*) FROM late) = 1000 AND m.workspace_id = workspace AND m.entity_id = entity
        HAVING count(*) > 1000
    ), ''))
    FROM (SELECT DISTINCT sha256(convert_to(l.description, 'UTF8')) AS hash FROM late AS l WHERE l.description <> '') AS said
$$;
COMMENT ON FUNCTION rag.entity_inputs_sha256 IS 'The hash of what mentions say of an entity: of all, or of the latest thousand and of the chunks of the others. Example: SELECT rag.entity_inputs_sha256(1, 1)';
