-- What entities are called and of which type they are, by the vote of their mentions.
-- call: SELECT entity_id, name, type, chunk_count FROM rag.name_entities($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.name_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH counted AS (
            SELECT m.entity_id, count(*)::int AS chunk_count, array_agg(m.name) AS names, array_agg(m.type) AS types,
                min(m.name COLLATE "C") = max(m.name COLLATE "C") AS has_one_name,
                min(m.type COLLATE "C") = max(m.type COLLATE "C") AS has_one_type
            FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = ANY (entity_ids)
                AND (filter IS NULL OR (
                    SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
                ) IN (SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p))
            GROUP BY m.entity_id
        ), voted AS (
            -- Most entities have one name and one type, and need no vote.
            SELECT c.entity_id, c.chunk_count,
                CASE WHEN c.has_one_name THEN c.names[1] ELSE (
                    SELECT n FROM unnest(c.names) AS n GROUP BY n ORDER BY count(*) DESC, length(n), n COLLATE "C" LIMIT 1
                ) END AS name,
                CASE WHEN c.has_one_type THEN c.types[1] ELSE (
                    SELECT t FROM unnest(c.types) AS t GROUP BY t ORDER BY count(*) DESC, t COLLATE "C" LIMIT 1
                ) END AS type
            FROM counted AS c
        )
        -- What a person made may have no mention; it has an alias at least.
        SELECT e.entity_id, coalesce(e.name, voted.name, alias.name_key), coalesce(e.type, voted.type, 'concept'), coalesce(voted.chunk_count, 0)
        FROM sqlrag.entities AS e
        LEFT JOIN voted USING (entity_id)
        LEFT JOIN LATERAL (
            SELECT a.name_key FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace AND a.entity_id = e.entity_id AND e.name IS NULL AND voted.name IS NULL
            ORDER BY length(a.name_key), a.name_key LIMIT 1
        ) AS alias ON true
        WHERE e.workspace_id = workspace AND e.entity_id = ANY (entity_ids)
            AND (filter IS NULL OR voted.chunk_count > 0);
END;
$$;
COMMENT ON FUNCTION rag.name_entities IS 'What entities are called and of which type they are. Example: SELECT * FROM rag.name_entities(1, ARRAY[1, 2])';
