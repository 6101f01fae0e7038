-- The entities that most chunks mention.
-- call: SELECT name, type, chunk_count, relation_count FROM rag.popular_entities($1, $2)
CREATE OR REPLACE FUNCTION rag.popular_entities(workspace text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, chunk_count int, relation_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        SELECT rag.workspace_id(workspace) AS workspace_id
    ), popular AS MATERIALIZED (
        SELECT m.entity_id
        FROM asked JOIN sqlrag.mentions AS m USING (workspace_id)
        GROUP BY m.entity_id
        ORDER BY count(*) DESC, m.entity_id
        LIMIT k
    )
    SELECT n.name, n.type, n.chunk_count, degree.relation_count
    FROM asked
    CROSS JOIN LATERAL rag.name_entities(asked.workspace_id, ARRAY(SELECT p.entity_id FROM popular AS p)) AS n
    CROSS JOIN LATERAL (
        SELECT count(*)::int AS relation_count FROM (
            SELECT FROM sqlrag.relations AS r WHERE r.workspace_id = asked.workspace_id AND r.source_id = n.entity_id
            UNION ALL
            SELECT FROM sqlrag.relations AS r WHERE r.workspace_id = asked.workspace_id AND r.target_id = n.entity_id
        ) AS edge
    ) AS degree
    ORDER BY n.chunk_count DESC, degree.relation_count DESC, n.name COLLATE "C"
$$;
COMMENT ON FUNCTION rag.popular_entities IS 'The entities that most chunks mention. Example: SELECT * FROM rag.popular_entities(''default'')';
