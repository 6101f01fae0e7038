-- Mentions of entities become mentions of another; in a chunk that mentions several, one of them.
CREATE OR REPLACE FUNCTION sqlrag.merge_mentions(workspace int, gone bigint[], kept bigint) RETURNS void
LANGUAGE sql AS $$
    -- The one that ingestion would have kept: a subject first.
    WITH said AS (
        SELECT DISTINCT ON (m.chunk_id) m.chunk_id, m.name, m.type, m.description, m.is_subject
        FROM sqlrag.mentions AS m
        WHERE m.workspace_id = workspace AND m.entity_id = ANY (gone)
        ORDER BY m.chunk_id, m.is_subject DESC, m.entity_id
    )
    INSERT INTO sqlrag.mentions AS m (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
    SELECT workspace, kept, said.chunk_id, said.name, said.type, said.description, said.is_subject FROM said
    ON CONFLICT (workspace_id, entity_id, chunk_id) DO UPDATE
    SET name = excluded.name, type = excluded.type, description = excluded.description, is_subject = true
    WHERE excluded.is_subject AND NOT m.is_subject
$$;
