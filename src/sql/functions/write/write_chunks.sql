-- Make a document's chunks equal to those given; returns their ids in order, and how many are new.
CREATE OR REPLACE FUNCTION sqlrag.write_chunks(
    workspace int, document bigint, chunks sqlrag.new_chunk[], new_language text, space int, OUT chunk_ids bigint[], OUT
    added_count int
)
-- In steps over arrays: joined, thousands of chunks are compared with thousands where a plan expected few.
LANGUAGE plpgsql AS $$
DECLARE
    hashes bytea[] := ARRAY(SELECT g.content_sha256 FROM unnest(chunks) AS g);
    stored_ids bigint[];
    term_places int[];
    lexemes text[];
    frequencies int[];
    lengths int[];
    term_counts int[];
    audience int := (
        SELECT d.audience_id FROM sqlrag.documents AS d WHERE d.workspace_id = workspace AND d.document_id = document
    );
BEGIN
    -- What is the same stays with its id and its embedding. The n-th of several equal chunks is the n-th
    -- of the equal ones stored.
    SELECT array_agg(coalesce(s.chunk_id, 0) ORDER BY g.place) FILTER (WHERE g.place IS NOT NULL) INTO stored_ids
    FROM (
        SELECT h.sha256, h.place, row_number() OVER (PARTITION BY h.sha256 ORDER BY h.place) AS twin
        FROM unnest(hashes) WITH ORDINALITY AS h (sha256, place)
    ) AS g
    FULL JOIN (
        SELECT c.chunk_id, c.content_sha256 AS sha256,
            row_number() OVER (PARTITION BY c.content_sha256 ORDER BY c.ordinal) AS twin
        FROM sqlrag.chunks AS c
        WHERE c.workspace_id = workspace AND c.document_id = document
    ) AS s USING (sha256, twin);
    DELETE FROM sqlrag.chunks AS c
    WHERE c.workspace_id = workspace AND c.document_id = document AND c.chunk_id <> ALL (stored_ids);
    UPDATE sqlrag.chunks AS c
    SET ordinal = g.ordinality - 1, char_start = g.char_start, char_end = g.char_end, page = g.page,
        page_breaks = g.page_breaks
    FROM unnest(chunks) WITH ORDINALITY AS g
    WHERE c.workspace_id = workspace AND c.chunk_id = stored_ids[g.ordinality]
        AND (c.ordinal, c.char_start, c.page, c.page_breaks)
            IS DISTINCT FROM (g.ordinality - 1, g.char_start, g.page, g.page_breaks);

    SELECT array_agg(g.ordinality), array_agg(t.lexeme), array_agg(t.frequency), array_agg(t.length)
    INTO term_places, lexemes, frequencies, lengths
    FROM sqlrag.documents AS d
    CROSS JOIN unnest(chunks) WITH ORDINALITY AS g
    CROSS JOIN LATERAL sqlrag.chunk_lexemes(d.title, d.source_key, g.headings, g.content, new_language) AS t
    WHERE d.workspace_id = workspace AND d.document_id = document AND stored_ids[g.ordinality] = 0;
    term_counts := ARRAY(
        SELECT coalesce(sum(t.length), 0)
        FROM (
            SELECT t.place, t.length FROM unnest(term_places, lengths) AS t (place, length)
            UNION ALL
            SELECT place, 0 FROM generate_subscripts(hashes, 1) AS place
        ) AS t
        GROUP BY t.place ORDER BY t.place
    );
    INSERT INTO sqlrag.chunks (
        workspace_id, document_id, ordinal, content, content_sha256, token_count, term_count,
        char_start, char_end, page, page_breaks, headings, audience_id
    )
    SELECT workspace, document, g.ordinality - 1, g.content, g.content_sha256, g.token_count, term_counts[g.ordinality],
        g.char_start, g.char_end, g.page, g.page_breaks, g.headings, audience
    FROM unnest(chunks) WITH ORDINALITY AS g
    WHERE stored_ids[g.ordinality] = 0
    ORDER BY g.ordinality;
    GET DIAGNOSTICS added_count = ROW_COUNT;
    chunk_ids := ARRAY(
        SELECT c.chunk_id FROM sqlrag.chunks AS c
        WHERE c.workspace_id = workspace AND c.document_id = document ORDER BY c.ordinal
    );
    INSERT INTO sqlrag.chunk_terms (workspace_id, lexeme, chunk_id, frequency, term_count, audience_id)
    SELECT workspace, t.lexeme, chunk_ids[t.place], t.frequency,
        CASE WHEN t.length > 0 THEN term_counts[t.place] ELSE 0 END, audience
    FROM unnest(term_places, lexemes, frequencies, lengths) AS t (place, lexeme, frequency, length)
    ORDER BY t.lexeme COLLATE "C", t.place;
    INSERT INTO sqlrag.chunk_embeddings (workspace_id, chunk_id, space_id, embedding, audience_id)
    SELECT workspace, chunk_ids[g.ordinality], space, g.embedding, audience
    FROM unnest(chunks) WITH ORDINALITY AS g
    WHERE stored_ids[g.ordinality] = 0;
END;
$$;
