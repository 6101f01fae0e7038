-- The hash of what evidence says of a relation; a summary of it counts while this is the same.
CREATE OR REPLACE FUNCTION sqlrag.relation_inputs_sha256(workspace int, relation bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Of a hub, the latest thousand and which chunks there are: reading all would make each retrieval slow.
    SELECT sqlrag.descriptions_sha256(late.descriptions, CASE WHEN late.count < 1000 THEN '' ELSE (
        SELECT format('%s %s', count(*), sum(s.chunk_id)) FROM sqlrag.evidence AS s
        WHERE s.workspace_id = workspace AND s.relation_id = relation
    ) END)
    FROM (
        SELECT array_agg(said.description) AS descriptions, count(*) AS count
        FROM (
            SELECT s.description FROM sqlrag.evidence AS s
            WHERE s.workspace_id = workspace AND s.relation_id = relation
            ORDER BY s.chunk_id DESC LIMIT 1000
        ) AS said
    ) AS late
$$;
