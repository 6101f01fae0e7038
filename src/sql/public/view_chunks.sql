CREATE OR REPLACE VIEW rag.chunks WITH (security_invoker) AS
SELECT w.name AS workspace, d.source_key, d.title, c.ordinal, c.page, c.page + cardinality(c.page_breaks) AS page_end,
    c.headings, c.content, c.token_count, c.char_start, c.char_end, c.chunk_id, c.document_id, c.workspace_id
FROM sqlrag.chunks AS c
JOIN sqlrag.documents AS d USING (workspace_id, document_id)
JOIN sqlrag.workspaces AS w USING (workspace_id);
COMMENT ON VIEW rag.chunks IS 'The chunks of every workspace, with where each stands in its document.';
COMMENT ON COLUMN rag.chunks.ordinal IS 'Its place in the document, from 0.';
COMMENT ON COLUMN rag.chunks.page IS 'The page, from 1, on which it starts; NULL where there are no pages.';
COMMENT ON COLUMN rag.chunks.char_start IS
    'Its first character in the parsed text, from 0; char_end is one past its last.';
