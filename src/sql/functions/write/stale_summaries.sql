-- Entities of which, or of whose relations, there are summaries that a document has a part in.
-- In plpgsql, whose plans are kept: planned with each deletion, it would cost more than it does.
CREATE OR REPLACE FUNCTION sqlrag.stale_summaries(workspace int, document bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT es.entity_id
        FROM sqlrag.chunks AS c
        JOIN sqlrag.mentions AS m USING (workspace_id, chunk_id)
        JOIN sqlrag.entity_summaries AS es USING (workspace_id, entity_id)
        WHERE c.workspace_id = workspace AND c.document_id = document
        UNION
        SELECT r.source_id
        FROM sqlrag.chunks AS c
        JOIN sqlrag.evidence AS v USING (workspace_id, chunk_id)
        JOIN sqlrag.relation_summaries AS rs USING (workspace_id, relation_id)
        JOIN sqlrag.relations AS r USING (workspace_id, relation_id)
        WHERE c.workspace_id = workspace AND c.document_id = document
    );
END;
$$;
