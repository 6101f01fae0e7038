-- Entities or relations beside some, the oldest first; with a filter, of documents that it admits.
CREATE OR REPLACE FUNCTION sqlrag.other_items(workspace int, kind text, ids bigint[], k int, filter jsonb DEFAULT NULL)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
    IF filter IS NULL AND kind = 'entity' THEN
        RETURN ARRAY(
            SELECT e.entity_id FROM sqlrag.entities AS e
            WHERE e.workspace_id = workspace AND e.entity_id <> ALL (ids) ORDER BY e.entity_id LIMIT k);
    ELSIF filter IS NULL THEN
        RETURN ARRAY(
            SELECT r.relation_id FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.relation_id <> ALL (ids) ORDER BY r.relation_id LIMIT k);
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT said.id
        FROM sqlrag.permitted_documents(workspace, filter) AS p
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.document_id = p.document_id
        CROSS JOIN LATERAL (
            SELECT m.entity_id AS id FROM sqlrag.mentions AS m
            WHERE kind = 'entity' AND m.workspace_id = workspace AND m.chunk_id = c.chunk_id
            UNION ALL
            SELECT v.relation_id FROM sqlrag.evidence AS v
            WHERE kind = 'relation' AND v.workspace_id = workspace AND v.chunk_id = c.chunk_id
        ) AS said
        WHERE said.id <> ALL (ids)
        ORDER BY said.id LIMIT k);
END;
$$;
