-- name: list_chunks
SELECT
    chunk_id, document_id, ordinal, content, token_count, char_start, char_end,
    page, page + cardinality(page_breaks) AS page_end, headings
FROM sqlrag.chunks
WHERE workspace_id = $1 AND document_id = $2 AND ordinal >= $3
ORDER BY ordinal
LIMIT $4
