-- What the mentions of entities say of them, by vote; entities without a mention are left out.
-- call: SELECT entity_id, name, type, description, chunk_count FROM rag.read_mentions($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.read_mentions(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, description text, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    SELECT m.entity_id, rag.most_frequent(array_agg(m.name)), rag.most_frequent(array_agg(m.type)),
        rag.join_descriptions(array_agg(m.description) FILTER (WHERE m.description <> '')), count(*)::int
    FROM sqlrag.mentions AS m
    WHERE m.workspace_id = workspace AND m.entity_id = ANY (entity_ids)
        AND (filter IS NULL OR (
            SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
        ) IN (SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p))
    GROUP BY m.entity_id
$$;
COMMENT ON FUNCTION rag.read_mentions IS 'What mentions say of entities. Example: SELECT * FROM rag.read_mentions(1, ARRAY[1, 2])';
