-- Insert a document, or update the one that was read; NULL when another writer came first.
-- call: SELECT rag.put_document($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
CREATE OR REPLACE FUNCTION rag.put_document(
    workspace int, new_key text, new_title text, new_media_type text, new_language text, new_sha256 bytea, new_recipe text,
    new_metadata jsonb, new_tags text[], new_char_count int, gaps text, read_id bigint, read_revision int
)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    written_id bigint;
    new_status text := CASE WHEN gaps IS NULL THEN 'ready' ELSE 'partial' END;
BEGIN
    -- Writers of new documents share the graph of the workspace; one that takes things away has it alone.
    -- In a step of its own: the next one sees what was deleted while this one waited.
    IF read_id IS NULL THEN
        PERFORM pg_advisory_xact_lock_shared(716253403, workspace);
        INSERT INTO sqlrag.documents AS d
            (workspace_id, source_key, title, media_type, language, content_sha256, recipe, metadata, tags, char_count, status, error)
        VALUES (workspace, new_key, new_title, new_media_type, new_language, new_sha256, new_recipe, new_metadata, new_tags,
            new_char_count, new_status, gaps)
        ON CONFLICT DO NOTHING
        RETURNING d.document_id INTO written_id;
    ELSE
        PERFORM pg_advisory_xact_lock(716253403, workspace);
        UPDATE sqlrag.documents AS d SET
            title = new_title, media_type = new_media_type, language = new_language, content_sha256 = new_sha256,
            recipe = new_recipe, metadata = new_metadata, tags = new_tags, status = new_status, error = gaps,
            char_count = new_char_count, revision = d.revision + 1, updated_at = now()
        WHERE d.workspace_id = workspace AND d.document_id = read_id AND d.revision = read_revision
        RETURNING d.document_id INTO written_id;
    END IF;
    RETURN written_id;
END;
$$;
COMMENT ON FUNCTION rag.put_document IS 'Insert a document, or update revision read_revision of read_id; rag.write_document calls it.';
