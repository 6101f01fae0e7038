-- Where documents relate two entities, the strongest evidence first.
-- call: SELECT * FROM sqlrag.where_said_relation($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION sqlrag.where_said_relation(workspace int, source text, target text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH said AS MATERIALIZED (
        SELECT v.chunk_id, v.description, row_number() OVER (ORDER BY v.weight DESC, c.document_id, c.ordinal) AS place
        FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        WHERE v.workspace_id = workspace AND v.relation_id = (SELECT sqlrag.find_relation(workspace, source, target))
        ORDER BY place LIMIT k
    )
    SELECT q.document, q.title, q.page, q.quote, s.chunk_id, q.char_start
    FROM said AS s
    LEFT JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.chunk_id = s.chunk_id
        AND m.entity_id = (SELECT sqlrag.find_entity(workspace, source))
    CROSS JOIN LATERAL sqlrag.quote_chunk(workspace, s.chunk_id, m.name, s.description) AS q
    ORDER BY s.place
$$;
