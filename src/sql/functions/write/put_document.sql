-- Insert a document, or update the one that was read; NULL when another writer came first.
CREATE OR REPLACE FUNCTION sqlrag.put_document(
    workspace int, document sqlrag.new_document, read_id bigint, read_revision int
)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    written_id bigint;
    new_status text := CASE WHEN document.error IS NULL THEN 'ready' ELSE 'partial' END;
    audience int;
BEGIN
    -- Writers of new documents share the graph of the workspace; one that takes things away has it alone.
    -- In a step of its own: the next one sees what was deleted while this one waited.
    IF read_id IS NULL THEN
        PERFORM pg_advisory_xact_lock_shared(sqlrag.writer_lock(), workspace);
        audience := sqlrag.claim_audience(workspace, document.read);
        INSERT INTO sqlrag.documents AS d (
            workspace_id, source_key, title, media_type, language, content_sha256, recipe, metadata, tags, char_count,
            status, error, audience_id
        )
        VALUES (
            workspace, document.source_key, document.title, document.media_type, document.language,
            document.content_sha256, document.recipe, document.metadata, document.tags, document.char_count,
            new_status, document.error, audience
        )
        ON CONFLICT DO NOTHING
        RETURNING d.document_id INTO written_id;
    ELSE
        PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
        IF document.read IS NOT NULL THEN
            PERFORM sqlrag.move_document(workspace, read_id, sqlrag.claim_audience(workspace, document.read));
        END IF;
        UPDATE sqlrag.documents AS d SET
            title = document.title, media_type = document.media_type, language = document.language,
            content_sha256 = document.content_sha256, recipe = document.recipe, metadata = document.metadata,
            tags = document.tags, char_count = document.char_count, status = new_status, error = document.error,
            revision = d.revision + 1, updated_at = now()
        WHERE d.workspace_id = workspace AND d.document_id = read_id AND d.revision = read_revision
        RETURNING d.document_id INTO written_id;
    END IF;
    RETURN written_id;
END;
$$;
