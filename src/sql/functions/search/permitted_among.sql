-- Which of some chunks, entities or relations a filter admits.
CREATE OR REPLACE FUNCTION sqlrag.permitted_among(workspace int, kind text, ids bigint[], filter jsonb)
RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    WITH said AS MATERIALIZED (
        SELECT c.chunk_id AS id, c.document_id
        FROM sqlrag.chunks AS c
        WHERE kind = 'chunk' AND c.workspace_id = workspace AND c.chunk_id = ANY (ids)
        UNION ALL
        SELECT m.entity_id, c.document_id
        FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        WHERE kind = 'entity' AND m.workspace_id = workspace AND m.entity_id = ANY (ids)
        UNION ALL
        SELECT v.relation_id, c.document_id
        FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        WHERE kind = 'relation' AND v.workspace_id = workspace AND v.relation_id = ANY (ids)
    ), narrowed AS (
        -- Only the documents of these are looked at, however many the filter admits.
        SELECT CASE WHEN jsonb_typeof(filter) = 'object' AND NOT filter ? 'document_ids'
            THEN filter || jsonb_build_object('document_ids',
                (SELECT coalesce(jsonb_agg(DISTINCT said.document_id), '[]') FROM said))
            ELSE filter END AS filter
    )
    SELECT DISTINCT said.id
    FROM narrowed CROSS JOIN LATERAL sqlrag.permitted_documents(workspace, narrowed.filter) AS p
    JOIN said USING (document_id)
$$;
