-- The entities that most chunks mention.
-- call: SELECT * FROM sqlrag.popular_entities($1, $2)
-- example: SELECT * FROM rag.popular_entities('default')
CREATE OR REPLACE FUNCTION sqlrag.popular_entities(workspace int, k int DEFAULT 20)
RETURNS TABLE (name text, type text, chunk_count int, relation_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH popular AS MATERIALIZED (
        SELECT m.entity_id
        FROM sqlrag.mentions AS m
        WHERE m.workspace_id = workspace
        GROUP BY m.entity_id
        ORDER BY count(*) DESC, m.entity_id
        LIMIT k
    )
    SELECT n.name, n.type, n.chunk_count,
        (SELECT count(*)::int FROM sqlrag.relations_of(workspace, n.entity_id)) AS degree
    FROM sqlrag.name_entities(workspace, ARRAY(SELECT p.entity_id FROM popular AS p)) AS n
    ORDER BY n.chunk_count DESC, degree DESC, n.name COLLATE "C"
$$;
