-- name: list_chunks
SELECT
    chunk_id, document_id, ordinal, content, token_count, char_start, char_end,
    page, page + cardinality(page_breaks) AS page_end, headings
FROM sqlrag.chunks
WHERE workspace_id = $1 AND document_id = $2 AND ordinal >= $3
ORDER BY ordinal
LIMIT $4

-- name: chunks_of_span
-- Those that hold some of the characters of a document from $3 on and before $4.
SELECT content, char_start, char_end, page, page_breaks
FROM sqlrag.chunks
WHERE workspace_id = $1 AND document_id = $2 AND char_start < $4 AND char_end > $3
ORDER BY ordinal
