-- Entities of one type with nearly the same name or meaning, candidates for a merge; by tells which.
-- call: SELECT * FROM sqlrag.duplicates($1, $2)
-- example: SELECT * FROM rag.duplicates('default')
CREATE OR REPLACE FUNCTION sqlrag.duplicates(workspace int, k int DEFAULT 50)
RETURNS TABLE (a text, b text, type text, similarity float8, by text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 AS $$
    WITH near AS MATERIALIZED (
        SELECT n.a_id, n.b_id, n.similarity, 'name' AS by FROM sqlrag.near_names(workspace, 20 * k) AS n
        UNION ALL
        SELECT m.a_id, m.b_id, m.similarity, 'embedding' FROM sqlrag.near_meanings(workspace, 20 * k) AS m
    ), likely AS MATERIALIZED (
        -- A pair near in both is told by its name.
        SELECT DISTINCT ON (n.a_id, n.b_id) n.a_id, n.b_id, n.similarity, n.by FROM near AS n
        ORDER BY n.a_id, n.b_id, n.by DESC
    ), named AS MATERIALIZED (
        SELECT n.entity_id, n.name, n.type, regexp_replace(n.name, '\D', '', 'g') AS digits
        FROM sqlrag.name_entities(
            workspace, ARRAY(SELECT l.a_id FROM likely AS l UNION SELECT l.b_id FROM likely AS l)) AS n
    )
    SELECT x.name, y.name, x.type, l.similarity, l.by
    FROM likely AS l
    JOIN named AS x ON x.entity_id = l.a_id
    JOIN named AS y ON y.entity_id = l.b_id AND y.type = x.type
    -- A name that leads to both, in different documents: somebody told them apart.
    WHERE NOT EXISTS (
            SELECT FROM sqlrag.entity_aliases AS one
            JOIN sqlrag.entity_aliases AS other USING (workspace_id, name_key)
            WHERE one.workspace_id = workspace AND one.entity_id = l.a_id AND other.entity_id = l.b_id
        )
        -- Names that differ in a number mean different things, and so do two names in one text.
        AND (l.by = 'name' OR x.digits = y.digits AND NOT EXISTS (
            SELECT FROM sqlrag.mentions AS one JOIN sqlrag.mentions AS other USING (workspace_id, chunk_id)
            WHERE one.workspace_id = workspace AND one.entity_id = l.a_id AND other.entity_id = l.b_id
        ))
    -- Similarities of names and of vectors cannot be compared: the best of each come in turn.
    ORDER BY row_number() OVER (PARTITION BY l.by ORDER BY l.similarity DESC, l.a_id, l.b_id), l.by DESC
    LIMIT k
$$;
