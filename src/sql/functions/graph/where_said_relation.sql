-- Where documents relate two entities, the strongest evidence first.
-- call: SELECT * FROM sqlrag.where_said_relation($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION sqlrag.where_said_relation(workspace int, source text, target text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.find_entity(workspace, source) AS a, sqlrag.find_entity(workspace, target) AS b
    ), said AS MATERIALIZED (
        SELECT v.description, v.weight, d.source_key, d.title, d.document_id, c.chunk_id, c.ordinal, c.content,
            c.char_start, c.page,
            c.page_breaks, (
                SELECT m.name FROM sqlrag.mentions AS m
                WHERE m.workspace_id = workspace AND m.entity_id = asked.a AND m.chunk_id = v.chunk_id
            ) AS name
        FROM asked
        JOIN sqlrag.relations AS r ON r.workspace_id = workspace
            AND r.source_id = least(asked.a, asked.b) AND r.target_id = greatest(asked.a, asked.b)
        JOIN sqlrag.evidence AS v ON v.workspace_id = workspace AND v.relation_id = r.relation_id
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.chunk_id = v.chunk_id
        JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = c.document_id
        ORDER BY v.weight DESC, d.document_id, c.ordinal
        LIMIT k
    )
    -- A description that is a sentence of the chunk tells the place; else the source's name does.
    SELECT s.source_key, s.title, sqlrag.page_at(s.page, s.page_breaks, s.char_start + coalesce(q.char_start, 0)),
        coalesce(nullif(left(s.description, 300), ''), q.quote, left(s.content, 300)), s.chunk_id,
            s.char_start + coalesce(q.char_start, 0)
    FROM said AS s
    LEFT JOIN LATERAL sqlrag.quote_around(
        s.content, CASE WHEN strpos(s.content, s.description) > 0 AND s.description <> '' THEN s.description
            ELSE s.name END
    ) AS q ON true
    ORDER BY s.weight DESC, s.document_id, s.ordinal
$$;
