-- A chunk as retrieval shows it: its text, where it stands in its document, who found it, and
-- where else it stands.
CREATE OR REPLACE FUNCTION sqlrag.chunk_item(
    workspace int, found_id bigint, found_rank int, found_score float8, found_by sqlrag.arm[],
    copies sqlrag.copy[] DEFAULT '{}'
)
RETURNS SETOF sqlrag.chunk_item
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT found_rank, found_score, c.chunk_id, c.document_id, d.source_key, d.title, c.content,
        c.token_count, c.ordinal, c.char_start, c.char_end, c.page, c.page + cardinality(c.page_breaks), c.page_breaks,
        c.headings, d.metadata, d.created_at, found_by, copies
    FROM sqlrag.chunks AS c
    JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = c.document_id
    WHERE c.workspace_id = workspace AND c.chunk_id = found_id
    -- The limit keeps it to look-ups: for a hash, all chunks would be read.
    LIMIT 1
$$;
