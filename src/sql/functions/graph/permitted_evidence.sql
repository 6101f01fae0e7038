-- The evidence of a relation in documents that a filter admits.
CREATE OR REPLACE FUNCTION sqlrag.permitted_evidence(workspace int, relation bigint, filter jsonb)
RETURNS TABLE (chunk_id bigint, is_reversed boolean, keywords text, description text, weight float8)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT v.chunk_id, v.is_reversed, v.keywords, v.description, v.weight FROM sqlrag.evidence AS v
    WHERE v.workspace_id = workspace AND v.relation_id = relation AND (filter IS NULL OR (
        SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = v.chunk_id
    ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p))
$$;
