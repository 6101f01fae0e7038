-- Mentions of entities become mentions of another; in a chunk that mentions several, one of them.
CREATE OR REPLACE FUNCTION sqlrag.merge_mentions(workspace int, gone bigint[], kept bigint) RETURNS void
LANGUAGE sql AS $$
    -- The one that ingestion would have kept: a subject first.
    INSERT INTO sqlrag.mentions AS m (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
    SELECT DISTINCT ON (g.chunk_id) workspace, kept, g.chunk_id, g.name, g.type, g.description, g.is_subject
    FROM sqlrag.mentions AS g
    WHERE g.workspace_id = workspace AND g.entity_id = ANY (gone)
    ORDER BY g.chunk_id, g.is_subject DESC, g.entity_id
    ON CONFLICT (workspace_id, entity_id, chunk_id) DO UPDATE
    SET name = excluded.name, type = excluded.type, description = excluded.description, is_subject = true
    WHERE excluded.is_subject AND NOT m.is_subject
$$;
