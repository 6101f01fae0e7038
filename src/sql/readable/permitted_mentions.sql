-- The mentions of an entity that one may read, in documents that a filter admits. Its key alone tells whether one may
-- read a mention: of a hub the rows of no others are fetched, and none where they are only counted.
CREATE FUNCTION sqlrag_readable.permitted_mentions(workspace int, entity bigint, filter jsonb)
RETURNS TABLE (chunk_id bigint, name text, type text, description text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT m.chunk_id, (m.held).name, (m.held).type, (m.held).description
    FROM (
        SELECT key.chunk_id, (
            SELECT held FROM sqlrag.mentions AS held
            WHERE held.workspace_id = workspace AND held.entity_id = entity AND held.chunk_id = key.chunk_id
        ) AS held
        FROM sqlrag_readable.mentions AS key
        WHERE key.workspace_id = workspace AND key.entity_id = entity AND (filter IS NULL OR (
            SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = key.chunk_id
        ) IN (SELECT p.document_id FROM sqlrag_readable.permitted_documents(workspace, filter) AS p))
        -- In the order in which the latest are asked for; one look-up for the three columns.
        ORDER BY key.chunk_id DESC OFFSET 0
    ) AS m
$$;
