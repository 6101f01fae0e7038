-- A chunk with its title and headings in small letters, to look for names in; a title also without what it has in
-- brackets.
CREATE OR REPLACE FUNCTION sqlrag.lower_text(workspace int, chunk bigint) RETURNS TABLE (text text, heads text[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT lower(d.title || ' ' || array_to_string(c.headings, ' ') || ' ' || c.content),
        ARRAY[lower(d.title), lower(regexp_replace(d.title, ' \(.*\)$', ''))]
            || ARRAY(SELECT lower(h) FROM unnest(c.headings) AS h)
    FROM sqlrag.chunks AS c
    JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = c.document_id
    WHERE c.workspace_id = workspace AND c.chunk_id = chunk
    -- The limit keeps it to look-ups: for a hash, all texts would be read.
    LIMIT 1
$$;
