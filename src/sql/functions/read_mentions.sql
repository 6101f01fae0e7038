-- What the mentions of entities say of them, by vote; entities without a mention are left out.
-- call: SELECT entity_id, name, type, description, chunk_count FROM rag.read_mentions($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.read_mentions(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, description text, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    -- Most have one name, one type and one description, and need no vote.
    SELECT said.entity_id,
        CASE WHEN said.names[1] = ALL (said.names) THEN said.names[1] ELSE rag.most_frequent(said.names) END,
        CASE WHEN said.types[1] = ALL (said.types) THEN said.types[1] ELSE rag.most_frequent(said.types) END,
        CASE WHEN said.descriptions[1] = ALL (said.descriptions) THEN left(said.descriptions[1], 4000)
            WHEN said.descriptions IS NOT NULL THEN rag.join_descriptions(said.descriptions) END,
        said.chunk_count
    FROM (
        SELECT m.entity_id, array_agg(m.name) AS names, array_agg(m.type) AS types,
            array_agg(m.description) FILTER (WHERE m.description <> '') AS descriptions, count(*)::int AS chunk_count
        FROM sqlrag.mentions AS m
        WHERE m.workspace_id = workspace AND m.entity_id = ANY (entity_ids)
            AND (filter IS NULL OR (
                SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
            ) IN (SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p))
        GROUP BY m.entity_id
    ) AS said
$$;
COMMENT ON FUNCTION rag.read_mentions IS 'What mentions say of entities. Example: SELECT * FROM rag.read_mentions(1, ARRAY[1, 2])';
