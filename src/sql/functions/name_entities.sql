-- What entities are called and of which type they are, by the vote of their mentions.
-- call: SELECT entity_id, name, type, chunk_count FROM rag.name_entities($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.name_entities(workspace int, entity_ids bigint[], filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, name text, type text, chunk_count int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH mention AS MATERIALIZED (
            SELECT m.entity_id, m.name, m.type
            FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = ANY (entity_ids)
                AND (filter IS NULL OR (
                    SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
                ) IN (SELECT p.document_id FROM rag.permitted_documents(workspace, filter) AS p))
        ), voted AS (
            SELECT DISTINCT ON (form.entity_id) form.entity_id, form.name
            FROM (SELECT m.entity_id, m.name, count(*) AS votes FROM mention AS m GROUP BY m.entity_id, m.name) AS form
            ORDER BY form.entity_id, form.votes DESC, length(form.name), form.name COLLATE "C"
        ), counted AS (
            -- Of equally frequent types, mode takes the first in order.
            SELECT m.entity_id, mode() WITHIN GROUP (ORDER BY m.type COLLATE "C") AS type, count(*)::int AS chunk_count
            FROM mention AS m
            GROUP BY m.entity_id
        )
        -- What a person made may have no mention; it has an alias at least.
        SELECT e.entity_id, coalesce(e.name, voted.name, alias.name_key), coalesce(e.type, counted.type, 'concept'), coalesce(counted.chunk_count, 0)
        FROM sqlrag.entities AS e
        LEFT JOIN voted USING (entity_id)
        LEFT JOIN counted USING (entity_id)
        LEFT JOIN LATERAL (
            SELECT a.name_key FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace AND a.entity_id = e.entity_id AND e.name IS NULL AND voted.name IS NULL
            ORDER BY length(a.name_key), a.name_key LIMIT 1
        ) AS alias ON true
        WHERE e.workspace_id = workspace AND e.entity_id = ANY (entity_ids)
            AND (filter IS NULL OR counted.chunk_count > 0);
END;
$$;
COMMENT ON FUNCTION rag.name_entities IS 'What entities are called and of which type they are. Example: SELECT * FROM rag.name_entities(1, ARRAY[1, 2])';
