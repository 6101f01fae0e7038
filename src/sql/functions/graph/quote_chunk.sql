-- Where a chunk has a phrase, as people are shown it; a description of what it says there comes before its own words.
CREATE OR REPLACE FUNCTION sqlrag.quote_chunk(workspace int, chunk bigint, phrase text, description text DEFAULT '')
RETURNS TABLE (document text, title text, page int, quote text, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT d.source_key, d.title, c.page + (
            SELECT count(*) FROM unnest(c.page_breaks) AS next WHERE next <= c.char_start + coalesce(q.char_start, 0)
        )::int,
        coalesce(nullif(left(description, 300), ''), q.quote, left(c.content, 300)),
        c.char_start + coalesce(q.char_start, 0)
    FROM sqlrag.chunks AS c
    JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = c.document_id
    -- A description that is a sentence of the chunk tells the place; else the phrase does.
    LEFT JOIN LATERAL sqlrag.quote_around(c.content,
        CASE WHEN strpos(c.content, nullif(description, '')) > 0 THEN description ELSE phrase END) AS q ON true
    WHERE c.workspace_id = workspace AND c.chunk_id = chunk
$$;
