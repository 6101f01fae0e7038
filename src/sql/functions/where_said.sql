-- Where documents speak of an entity: first where they are about it.
-- call: SELECT document, title, page, quote, chunk_id, char_start FROM rag.where_said($1, $2, $3::int)
CREATE OR REPLACE FUNCTION rag.where_said(workspace text, entity text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        SELECT w AS workspace_id, rag.find_entity(w, entity) AS entity_id FROM rag.workspace_id(workspace) AS w
    ), said AS MATERIALIZED (
        SELECT d.source_key, d.title, d.document_id, c.chunk_id, c.ordinal, c.content, c.char_start, c.page, c.page_breaks, m.name, m.is_subject
        FROM asked
        JOIN sqlrag.mentions AS m USING (workspace_id, entity_id)
        JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        JOIN sqlrag.documents AS d USING (workspace_id, document_id)
        ORDER BY m.is_subject DESC, d.document_id, c.ordinal
        LIMIT k
    )
    SELECT s.source_key, s.title, rag.page_at(s.page, s.page_breaks, s.char_start + coalesce(q.char_start, 0)),
        coalesce(q.quote, left(s.content, 300)), s.chunk_id, s.char_start + coalesce(q.char_start, 0)
    FROM said AS s
    LEFT JOIN LATERAL rag.quote_around(s.content, s.name) AS q ON true
    ORDER BY s.is_subject DESC, s.document_id, s.ordinal
$$;
COMMENT ON FUNCTION rag.where_said(text, text, int) IS 'Where documents speak of an entity: document, page, quote. Example: SELECT document, page, quote FROM rag.where_said(''default'', ''Paul Graham'')';
