-- What the mentions of entities say of them, by vote of the latest thousand; entities without a mention are left out.
CREATE OR REPLACE FUNCTION sqlrag.read_mentions(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, description text, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    SELECT asked.entity_id, sqlrag.most_frequent(said.names), sqlrag.most_frequent(said.types),
        sqlrag.join_descriptions(said.descriptions[:100]),
        CASE WHEN said.count < 1000 THEN said.count ELSE (
            SELECT count(*) FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = asked.entity_id
                AND (filter IS NULL OR (
                    SELECT c.document_id FROM sqlrag.chunks AS c
                    WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
                ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p))
        ) END::int
    -- A hub may have a hundred thousand: beyond a thousand they are only counted, and a hundred texts are as
    -- much as is shown.
    FROM (SELECT DISTINCT unnest(entity_ids) AS entity_id) AS asked
    CROSS JOIN LATERAL (
        SELECT array_agg(late.name) AS names, array_agg(late.type) AS types,
            array_agg(late.description) FILTER (WHERE late.description <> '') AS descriptions, count(*) AS count
        FROM (
            SELECT m.name, m.type, m.description FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = asked.entity_id
                AND (filter IS NULL OR (
                    SELECT c.document_id FROM sqlrag.chunks AS c
                    WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
                ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p))
            ORDER BY m.chunk_id DESC LIMIT 1000
        ) AS late
    ) AS said
    WHERE said.count > 0
$$;
