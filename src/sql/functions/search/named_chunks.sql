-- The chunks about what a text names: a row per entity and chunk, how many such chunks the entity has, and 0 for none.
CREATE OR REPLACE FUNCTION sqlrag.named_chunks(workspace int, words text, filter jsonb DEFAULT NULL)
RETURNS TABLE (entity_id bigint, chunk_id bigint, name text, chunk_count bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    WITH named AS MATERIALIZED (
        SELECT n.entity_id FROM sqlrag.named_entities(workspace, words) AS n
    ), about AS (
        SELECT named.entity_id, subject.chunk_id, subject.name
        FROM named CROSS JOIN LATERAL (
            SELECT m.chunk_id, m.name FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = named.entity_id AND m.is_subject
            LIMIT CASE WHEN filter IS NULL THEN 200 ELSE 2000 END
        ) AS subject
        WHERE filter IS NULL OR (
            SELECT c.document_id FROM sqlrag.chunks AS c
            WHERE c.workspace_id = workspace AND c.chunk_id = subject.chunk_id
        ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p)
    )
    SELECT named.entity_id, about.chunk_id, about.name, count(about.chunk_id) OVER (PARTITION BY named.entity_id)
    FROM named LEFT JOIN about USING (entity_id)
$$;
