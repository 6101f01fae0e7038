-- Where documents speak of an entity, first where they are about it: document, page, quote.
-- call: SELECT * FROM sqlrag.where_said($1, $2, $3)
-- example: SELECT document, page, quote FROM rag.where_said('default', 'Paul Graham')
CREATE OR REPLACE FUNCTION sqlrag.where_said(workspace int, entity text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH said AS MATERIALIZED (
        SELECT m.chunk_id, m.name, row_number() OVER (ORDER BY m.is_subject DESC, c.document_id, c.ordinal) AS place
        FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        WHERE m.workspace_id = workspace AND m.entity_id = (SELECT sqlrag.find_entity(workspace, entity))
        ORDER BY place LIMIT k
    )
    SELECT q.document, q.title, q.page, q.quote, s.chunk_id, q.char_start
    FROM said AS s CROSS JOIN LATERAL sqlrag.quote_chunk(workspace, s.chunk_id, s.name) AS q
    ORDER BY s.place
$$;
