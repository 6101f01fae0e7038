-- name: write_chunks
-- Make a document's chunks equal to those given: what is the same stays with its id and its
-- embedding, what is new is written with its terms, what is gone is deleted. The n-th of several
-- equal chunks is the n-th of the equal ones stored.
WITH given AS (
    SELECT g.*, g.place::int - 1 AS ordinal, row_number() OVER (PARTITION BY content_sha256 ORDER BY place) AS twin
    FROM unnest(
        $3::text[], $4::bytea[], $5::int[], $6::int[], $7::int[], $8::int[], $9::text[], $10::text[], $11::text[], $12::halfvec[]
    ) WITH ORDINALITY AS g (
        content, content_sha256, token_count, char_start, char_end, page, page_breaks, headings, indexed, embedding, place
    )
), stored AS (
    SELECT chunk_id, content_sha256, row_number() OVER (PARTITION BY content_sha256 ORDER BY ordinal) AS twin
    FROM sqlrag.chunks
    WHERE workspace_id = $1 AND document_id = $2
), matched AS MATERIALIZED (
    SELECT given.*, stored.chunk_id AS stored_id, stored.chunk_id IS NULL AS is_new, given.place IS NULL AS is_gone
    FROM given FULL JOIN stored USING (content_sha256, twin)
), gone AS (
    DELETE FROM sqlrag.chunks AS c USING matched AS m
    WHERE c.workspace_id = $1 AND c.chunk_id = m.stored_id AND m.is_gone
    RETURNING c.chunk_id
), moved AS (
    UPDATE sqlrag.chunks AS c
    SET ordinal = m.ordinal, char_start = m.char_start, char_end = m.char_end, page = m.page, page_breaks = m.page_breaks::int[]
    FROM matched AS m
    WHERE c.workspace_id = $1 AND c.chunk_id = m.stored_id AND NOT m.is_gone
        AND (c.ordinal, c.char_start, c.page, c.page_breaks) IS DISTINCT FROM (m.ordinal, m.char_start, m.page, m.page_breaks::int[])
    RETURNING c.chunk_id
), term AS MATERIALIZED (
    SELECT m.ordinal, t.lexeme, t.frequency
    FROM matched AS m CROSS JOIN LATERAL rag.lexemes(m.indexed, $13) AS t
    WHERE m.is_new
), added AS (
    INSERT INTO sqlrag.chunks (
        workspace_id, document_id, ordinal, content, content_sha256, token_count, term_count,
        char_start, char_end, page, page_breaks, headings
    )
    SELECT
        $1, $2, m.ordinal, m.content, m.content_sha256, m.token_count, coalesce(l.term_count, 0),
        m.char_start, m.char_end, m.page, m.page_breaks::int[], string_to_array(m.headings, E'\x1f')
    FROM matched AS m
    LEFT JOIN (SELECT ordinal, sum(frequency)::int AS term_count FROM term GROUP BY ordinal) AS l USING (ordinal)
    WHERE m.is_new
    ORDER BY m.ordinal
    RETURNING chunk_id, ordinal, term_count
), indexed AS (
    INSERT INTO sqlrag.chunk_terms (workspace_id, lexeme, chunk_id, frequency, term_count)
    SELECT $1, term.lexeme, added.chunk_id, term.frequency, added.term_count
    FROM term JOIN added USING (ordinal)
    ORDER BY term.lexeme COLLATE "C", added.chunk_id
), embedded AS (
    INSERT INTO sqlrag.chunk_embeddings (workspace_id, chunk_id, space_id, embedding)
    SELECT $1, added.chunk_id, $14, matched.embedding
    FROM added JOIN matched USING (ordinal)
    ORDER BY added.chunk_id
)
SELECT
    (SELECT count(*)::int FROM added) AS added,
    (SELECT count(*)::int FROM moved) AS moved,
    (SELECT count(*)::int FROM gone) AS gone

-- name: list_chunks
SELECT
    chunk_id, document_id, ordinal, content, token_count, char_start, char_end,
    page, page + cardinality(page_breaks) AS page_end, headings
FROM sqlrag.chunks
WHERE workspace_id = $1 AND document_id = $2 AND ordinal >= $3
ORDER BY ordinal
LIMIT $4
