-- Where documents relate two entities, the strongest evidence first.
-- call: SELECT * FROM sqlrag.where_said_relation($1, $2, $3, $4)
CREATE OR REPLACE FUNCTION sqlrag.where_said_relation(workspace int, source text, target text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.find_entity(workspace, source) AS a, sqlrag.find_entity(workspace, target) AS b
    ), said AS MATERIALIZED (
        SELECT v.chunk_id, v.description, asked.a,
            row_number() OVER (ORDER BY v.weight DESC, c.document_id, c.ordinal) AS place
        FROM asked
        JOIN sqlrag.relations AS r ON r.workspace_id = workspace
            AND r.source_id = least(asked.a, asked.b) AND r.target_id = greatest(asked.a, asked.b)
        JOIN sqlrag.evidence AS v ON v.workspace_id = workspace AND v.relation_id = r.relation_id
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.chunk_id = v.chunk_id
        ORDER BY place LIMIT k
    )
    SELECT q.document, q.title, q.page, q.quote, s.chunk_id, q.char_start
    FROM said AS s
    LEFT JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.entity_id = s.a AND m.chunk_id = s.chunk_id
    CROSS JOIN LATERAL sqlrag.quote_chunk(workspace, s.chunk_id, m.name, s.description) AS q
    ORDER BY s.place
$$;
