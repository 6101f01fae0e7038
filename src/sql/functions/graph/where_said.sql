-- Where documents speak of an entity: first where they are about it.
-- call: SELECT * FROM sqlrag.where_said($1, $2, $3)
CREATE OR REPLACE FUNCTION sqlrag.where_said(workspace int, entity text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH said AS MATERIALIZED (
        SELECT d.source_key, d.title, d.document_id, c.chunk_id, c.ordinal, c.content, c.char_start, c.page,
            c.page_breaks, m.name, m.is_subject
        FROM sqlrag.mentions AS m
        JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        JOIN sqlrag.documents AS d USING (workspace_id, document_id)
        WHERE m.workspace_id = workspace AND m.entity_id = (SELECT sqlrag.find_entity(workspace, entity))
        ORDER BY m.is_subject DESC, d.document_id, c.ordinal
        LIMIT k
    )
    SELECT s.source_key, s.title, sqlrag.page_at(s.page, s.page_breaks, s.char_start + coalesce(q.char_start, 0)),
        coalesce(q.quote, left(s.content, 300)), s.chunk_id, s.char_start + coalesce(q.char_start, 0)
    FROM said AS s
    LEFT JOIN LATERAL sqlrag.quote_around(s.content, s.name) AS q ON true
    ORDER BY s.is_subject DESC, s.document_id, s.ordinal
$$;
