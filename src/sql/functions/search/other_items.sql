-- Entities or relations beside some, the oldest first; with a filter, of documents that it admits.
CREATE OR REPLACE FUNCTION sqlrag.other_items(workspace int, kind text, ids bigint[], k int, filter jsonb DEFAULT NULL)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
DECLARE
    few bigint[] := sqlrag.few_chunks(workspace, filter);
BEGIN
    IF few IS NULL AND kind = 'entity' THEN
        RETURN ARRAY(
            SELECT e.entity_id FROM sqlrag.entities AS e
            WHERE e.workspace_id = workspace AND e.entity_id <> ALL (ids)
                AND (filter IS NULL OR EXISTS (SELECT FROM sqlrag.permitted_mentions(workspace, e.entity_id, filter)))
            ORDER BY e.entity_id LIMIT k);
    ELSIF few IS NULL THEN
        RETURN ARRAY(
            SELECT r.relation_id FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.relation_id <> ALL (ids)
                AND (filter IS NULL OR EXISTS (SELECT FROM sqlrag.permitted_evidence(workspace, r.relation_id, filter)))
            ORDER BY r.relation_id LIMIT k);
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT said.id
        FROM (
            SELECT m.entity_id AS id FROM sqlrag.mentions AS m
            WHERE kind = 'entity' AND m.workspace_id = workspace AND m.chunk_id = ANY (few)
            UNION ALL
            SELECT v.relation_id FROM sqlrag.evidence AS v
            WHERE kind = 'relation' AND v.workspace_id = workspace AND v.chunk_id = ANY (few)
        ) AS said
        WHERE said.id <> ALL (ids)
        ORDER BY said.id LIMIT k);
END;
$$;
