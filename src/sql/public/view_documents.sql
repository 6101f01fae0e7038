CREATE OR REPLACE VIEW rag.documents WITH (security_invoker) AS
SELECT w.name AS workspace, d.document_id, d.source_key, d.title, d.media_type, d.language, d.metadata, d.tags,
    d.status, d.error, d.char_count, c.chunk_count, c.token_count, d.created_at, d.updated_at,
    d.workspace_id, coalesce((
        SELECT a.principals FROM sqlrag.audiences AS a
        WHERE a.workspace_id = d.workspace_id AND a.audience_id = d.audience_id
    ), '{}') AS read
FROM sqlrag.documents AS d
JOIN sqlrag.workspaces AS w USING (workspace_id)
CROSS JOIN LATERAL (
    SELECT count(*)::int AS chunk_count, coalesce(sum(k.token_count), 0)::int AS token_count
    FROM sqlrag.chunks AS k
    WHERE k.workspace_id = d.workspace_id AND k.document_id = d.document_id
) AS c;
COMMENT ON VIEW rag.documents IS 'The documents of every workspace, with how many chunks and tokens each has.';
COMMENT ON COLUMN rag.documents.source_key IS 'The stable name of the document in its workspace.';
COMMENT ON COLUMN rag.documents.language IS 'The text search configuration its words are stemmed by.';
COMMENT ON COLUMN rag.documents.error IS 'Why the last attempt to ingest it failed.';
COMMENT ON COLUMN rag.documents.char_count IS 'Characters of the parsed text.';
COMMENT ON COLUMN rag.documents.read IS 'The principals that may read it; none: whoever may read the workspace.';
