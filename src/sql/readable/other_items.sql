-- Entities or relations beside some, as sqlrag.other_items. Of few chunks they are looked up from these: in order of
-- their numbers, all that one may not read would be passed over.
CREATE FUNCTION sqlrag_readable.other_items(
    workspace int, kind text, ids bigint[], k int, filter jsonb DEFAULT NULL
)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
DECLARE
    few CONSTANT int := 1000;
    documents bigint[];
BEGIN
    IF filter IS NOT NULL THEN
        documents := ARRAY(SELECT p.document_id FROM sqlrag_readable.permitted_documents(workspace, filter) AS p);
    ELSIF (
        SELECT sum(t.chunks) FROM sqlrag_readable.workspace_totals AS t WHERE t.workspace_id = workspace
    ) <= few THEN
        documents := ARRAY(
            SELECT d.document_id FROM sqlrag.documents AS d
            WHERE d.workspace_id = workspace AND d.audience_id = ANY (sqlrag_readable.numbers(workspace)));
    ELSIF kind = 'entity' THEN
        RETURN ARRAY(
            SELECT e.entity_id FROM sqlrag_readable.entities AS e
            WHERE e.workspace_id = workspace AND e.entity_id <> ALL (ids) ORDER BY e.entity_id LIMIT k);
    ELSE
        RETURN ARRAY(
            SELECT r.relation_id FROM sqlrag_readable.relations AS r
            WHERE r.workspace_id = workspace AND r.relation_id <> ALL (ids) ORDER BY r.relation_id LIMIT k);
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT said.id
        FROM sqlrag.chunks AS c
        CROSS JOIN LATERAL (
            SELECT m.entity_id AS id FROM sqlrag.mentions AS m
            WHERE kind = 'entity' AND m.workspace_id = workspace AND m.chunk_id = c.chunk_id
            UNION ALL
            SELECT v.relation_id FROM sqlrag.evidence AS v
            WHERE kind = 'relation' AND v.workspace_id = workspace AND v.chunk_id = c.chunk_id
        ) AS said
        WHERE c.workspace_id = workspace AND c.document_id = ANY (documents) AND said.id <> ALL (ids)
        ORDER BY said.id LIMIT k);
END;
$$;
