-- The hash of what chunks say of an entity or a relation; a summary of it counts while this is the same.
CREATE OR REPLACE FUNCTION sqlrag.inputs_sha256(workspace int, kind text, id bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH said AS NOT MATERIALIZED (
        SELECT m.chunk_id, m.description FROM sqlrag.mentions AS m
        WHERE kind = 'entity' AND m.workspace_id = workspace AND m.entity_id = id
        UNION ALL
        SELECT v.chunk_id, v.description FROM sqlrag.evidence AS v
        WHERE kind = 'relation' AND v.workspace_id = workspace AND v.relation_id = id
    )
    -- Of a hub, the latest thousand and which chunks there are: reading all would make each retrieval slow.
    SELECT sqlrag.descriptions_sha256(late.descriptions, CASE WHEN late.count < 1000 THEN '' ELSE (
        SELECT format('%s %s', count(*), sum(said.chunk_id)) FROM said
    ) END)
    FROM (
        SELECT array_agg(l.description) AS descriptions, count(*) AS count
        FROM (SELECT said.description FROM said ORDER BY said.chunk_id DESC LIMIT 1000) AS l
    ) AS late
$$;
