-- Which of some chunks, entities or relations a filter admits.
CREATE OR REPLACE FUNCTION sqlrag.permitted_among(workspace int, kind text, ids bigint[], filter jsonb)
RETURNS TABLE (id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    -- Of a hub the latest first: nearly always one of them is permitted, and the rest need not be read.
    latest int := 4;
    asked bigint[] := ids;
    found bigint[];
    unsure bigint[];
BEGIN
    LOOP
        WITH said AS MATERIALIZED (
            SELECT one.id, late.chunk_id, count(*) OVER (PARTITION BY one.id) AS chunk_count
            FROM unnest(asked) AS one (id)
            CROSS JOIN LATERAL (
                SELECT one.id AS chunk_id WHERE kind = 'chunk'
                UNION ALL
                (SELECT m.chunk_id FROM sqlrag.mentions AS m
                WHERE kind = 'entity' AND m.workspace_id = workspace AND m.entity_id = one.id
                ORDER BY m.chunk_id DESC LIMIT latest)
                UNION ALL
                (SELECT v.chunk_id FROM sqlrag.evidence AS v
                WHERE kind = 'relation' AND v.workspace_id = workspace AND v.relation_id = one.id
                ORDER BY v.chunk_id DESC LIMIT latest)
            ) AS late
        ), held AS MATERIALIZED (
            SELECT said.id, said.chunk_count, (
                SELECT c.document_id FROM sqlrag.chunks AS c
                WHERE c.workspace_id = workspace AND c.chunk_id = said.chunk_id) AS document_id
            FROM said
        ), permitted AS MATERIALIZED (
            SELECT p.document_id FROM sqlrag.permitted_documents(workspace, sqlrag.narrow_filter(
                filter, ARRAY(SELECT DISTINCT held.document_id FROM held))) AS p
        ), told AS (
            SELECT held.id, bool_or(held.document_id IN (SELECT p.document_id FROM permitted AS p)) AS is_permitted,
                max(held.chunk_count) AS chunk_count
            FROM held GROUP BY held.id
        )
        SELECT array_agg(told.id) FILTER (WHERE told.is_permitted),
            array_agg(told.id) FILTER (WHERE NOT told.is_permitted AND told.chunk_count = latest)
        INTO found, unsure FROM told;
        RETURN QUERY SELECT unnest(found);
        EXIT WHEN unsure IS NULL;
        asked := unsure;
        latest := 25 * latest;
    END LOOP;
END;
$$;
