-- What entities are: edited by a person, else summarised, else put together from their mentions.
-- call: SELECT entity_id, name, type, description, chunk_count FROM rag.describe_entities($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.describe_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, description text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH said AS (
            SELECT m.entity_id, array_agg(m.description) AS descriptions, min(m.description COLLATE "C") = max(m.description COLLATE "C") AS is_one
            FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = ANY (entity_ids) AND m.description <> ''
                AND (filter IS NULL OR (
                    SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
                ) IN (SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p))
            GROUP BY m.entity_id
        )
        SELECT named.entity_id, named.name, named.type, coalesce(e.description, s.summary, CASE
                WHEN said.is_one THEN left(said.descriptions[1], 4000)
                WHEN NOT said.is_one THEN rag.join_descriptions(said.descriptions)
            END, ''), named.chunk_count
        FROM rag.name_entities(workspace, entity_ids, filter) AS named
        JOIN sqlrag.entities AS e ON e.workspace_id = workspace AND e.entity_id = named.entity_id
        -- A summary may hold what a filter forbids, and one of other descriptions than today's is old.
        LEFT JOIN LATERAL (
            SELECT o.summary, o.inputs_sha256 FROM sqlrag.entity_summaries AS o
            WHERE filter IS NULL AND o.workspace_id = workspace AND o.entity_id = named.entity_id LIMIT 1
        ) AS s ON s.inputs_sha256 = rag.entity_inputs_sha256(workspace, named.entity_id)
        LEFT JOIN said ON said.entity_id = named.entity_id;
END;
$$;
COMMENT ON FUNCTION rag.describe_entities IS 'What entities are; under a filter, by what permitted documents say. Example: SELECT * FROM rag.describe_entities(1, ARRAY[1, 2])';
