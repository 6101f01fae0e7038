-- Entities of which, or of whose relations, there are summaries that a document has a part in.
-- In plpgsql, whose plans are kept: planned with each deletion, it would cost more than it does. And planned for
-- any workspace: for one that statistics do not know yet, all its mentions would be read for each document.
CREATE OR REPLACE FUNCTION sqlrag.stale_summaries(workspace int, document bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN ARRAY(
        -- First what the document says: a summary may be of an entity with very many mentions.
        WITH spoken AS MATERIALIZED (
            SELECT DISTINCT m.entity_id
            FROM sqlrag.chunks AS c JOIN sqlrag.mentions AS m USING (workspace_id, chunk_id)
            WHERE c.workspace_id = workspace AND c.document_id = document
        ), related AS MATERIALIZED (
            SELECT DISTINCT v.relation_id
            FROM sqlrag.chunks AS c JOIN sqlrag.evidence AS v USING (workspace_id, chunk_id)
            WHERE c.workspace_id = workspace AND c.document_id = document
        )
        SELECT es.entity_id
        FROM spoken
        JOIN sqlrag.entity_summaries AS es ON es.workspace_id = workspace AND es.entity_id = spoken.entity_id
        UNION
        SELECT r.source_id
        FROM related
        JOIN sqlrag.relation_summaries AS rs ON rs.workspace_id = workspace AND rs.relation_id = related.relation_id
        JOIN sqlrag.relations AS r ON r.workspace_id = workspace AND r.relation_id = related.relation_id
    );
END;
$$;
