-- The hash of what chunks say of an entity or a relation; a summary of it counts while this is the same.
CREATE OR REPLACE FUNCTION sqlrag.inputs_sha256(workspace int, kind text, id bigint) RETURNS bytea
-- In steps: before PostgreSQL 18 one statement for both kinds would read all that is said of a hub.
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    descriptions text[];
BEGIN
    -- Of a hub, the latest thousand and which chunks there are: reading all would make each retrieval slow.
    IF kind = 'entity' THEN
        descriptions := ARRAY(
            SELECT m.description FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = id
            ORDER BY m.chunk_id DESC LIMIT 1000);
    ELSE
        descriptions := ARRAY(
            SELECT v.description FROM sqlrag.evidence AS v
            WHERE v.workspace_id = workspace AND v.relation_id = id
            ORDER BY v.chunk_id DESC LIMIT 1000);
    END IF;
    RETURN sqlrag.descriptions_sha256(descriptions, CASE
        WHEN cardinality(descriptions) < 1000 THEN ''
        WHEN kind = 'entity' THEN (
            SELECT format('%s %s', count(*), sum(m.chunk_id)) FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = id)
        ELSE (
            SELECT format('%s %s', count(*), sum(v.chunk_id)) FROM sqlrag.evidence AS v
            WHERE v.workspace_id = workspace AND v.relation_id = id) END);
END;
$$;
