-- The hash of what mentions say of an entity; a summary of it counts while this is the same.
CREATE OR REPLACE FUNCTION sqlrag.entity_inputs_sha256(workspace int, entity bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Of a hub, the latest thousand and which chunks there are: reading all would make each retrieval slow.
    SELECT sqlrag.descriptions_sha256(late.descriptions, CASE WHEN late.count < 1000 THEN '' ELSE (
        SELECT format('%s %s', count(*), sum(s.chunk_id)) FROM sqlrag.mentions AS s
        WHERE s.workspace_id = workspace AND s.entity_id = entity
    ) END)
    FROM (
        SELECT array_agg(said.description) AS descriptions, count(*) AS count
        FROM (
            SELECT s.description FROM sqlrag.mentions AS s
            WHERE s.workspace_id = workspace AND s.entity_id = entity
            ORDER BY s.chunk_id DESC LIMIT 1000
        ) AS said
    ) AS late
$$;
