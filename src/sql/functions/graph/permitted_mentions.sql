-- The mentions of an entity in documents that a filter admits.
CREATE OR REPLACE FUNCTION sqlrag.permitted_mentions(workspace int, entity bigint, filter jsonb)
RETURNS TABLE (chunk_id bigint, name text, type text, description text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT m.chunk_id, m.name, m.type, m.description FROM sqlrag.mentions AS m
    WHERE m.workspace_id = workspace AND m.entity_id = entity AND (filter IS NULL OR (
        SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
    ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p))
$$;
