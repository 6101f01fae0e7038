-- name: write_items
-- Store items, each a document of one chunk, in place of those they may replace. An item that is
-- there and may not be replaced refuses all of its call. Where another writer comes in between, a
-- key of documents or chunks is violated, nothing is stored, and it must be tried again.
WITH given AS MATERIALIZED (
    SELECT g.*, d.document_id AS stored_id,
        coalesce(d.document_id, nextval('sqlrag.documents_document_id_seq')) AS document_id,
        bool_or(d.document_id IS NOT NULL AND NOT g.replaces) OVER (PARTITION BY g.call) AS is_refused
    FROM unnest($4::sqlrag.new_item[]) AS g
    LEFT JOIN sqlrag.documents AS d ON d.workspace_id = $1 AND d.source_key = g.source_key
), accepted AS MATERIALIZED (
    SELECT given.*, nextval('sqlrag.chunks_chunk_id_seq') AS chunk_id,
        sha256(convert_to(given.content, 'UTF8')) AS content_sha256, term.*
    FROM given
    CROSS JOIN LATERAL (
        SELECT array_agg(t.lexeme) AS lexemes, array_agg(t.frequency) AS frequencies,
            array_agg(t.length) AS lengths, coalesce(sum(t.length), 0)::int AS total
        FROM sqlrag.chunk_lexemes('', given.source_key, '{}', given.content, $3) AS t
        WHERE given.content <> ''
    ) AS term
    WHERE NOT given.is_refused
), changed AS (
    UPDATE sqlrag.documents AS d SET
        metadata = a.metadata, tags = a.tags, language = $3, content_sha256 = a.content_sha256,
        char_count = length(a.content), status = 'ready', error = NULL, revision = d.revision + 1, updated_at = now()
    FROM accepted AS a
    WHERE d.workspace_id = $1 AND d.document_id = a.stored_id
), gone AS (
    DELETE FROM sqlrag.chunks AS c USING accepted AS a
    WHERE c.workspace_id = $1 AND c.document_id = a.stored_id
), added AS (
    INSERT INTO sqlrag.documents (
        workspace_id, document_id, source_key, title, media_type, language, content_sha256, recipe, metadata, tags,
        char_count, status
    )
    OVERRIDING SYSTEM VALUE
    SELECT $1, document_id, source_key, '', 'text/plain', $3, content_sha256, 'given', metadata, tags, length(content),
        'ready'
    FROM accepted WHERE stored_id IS NULL
), held AS (
    INSERT INTO sqlrag.chunks (
        workspace_id, chunk_id, document_id, ordinal, content, content_sha256, token_count, term_count, char_start,
        char_end
    )
    OVERRIDING SYSTEM VALUE
    SELECT $1, chunk_id, document_id, 0, content, content_sha256, token_count, total, 0, length(content)
    FROM accepted
), indexed AS (
    INSERT INTO sqlrag.chunk_terms (workspace_id, lexeme, chunk_id, frequency, term_count)
    SELECT $1, term.lexeme, a.chunk_id, term.frequency, CASE WHEN term.length > 0 THEN a.total ELSE 0 END
    FROM accepted AS a
    CROSS JOIN LATERAL unnest(a.lexemes, a.frequencies, a.lengths) AS term (lexeme, frequency, length)
    ORDER BY term.lexeme COLLATE "C", a.chunk_id
), embedded AS (
    INSERT INTO sqlrag.chunk_embeddings (workspace_id, chunk_id, space_id, embedding)
    SELECT $1, chunk_id, $2, embedding FROM accepted
)
SELECT source_key FROM given WHERE stored_id IS NOT NULL AND NOT replaces

-- name: get_items
SELECT item.*
FROM unnest($2::text[]) WITH ORDINALITY AS asked (source_key, place)
CROSS JOIN LATERAL (
    SELECT d.source_key AS id, c.content AS text, e.embedding::real[] AS embedding, d.metadata, d.tags
    FROM sqlrag.documents AS d
    JOIN sqlrag.chunks AS c ON c.workspace_id = $1 AND c.document_id = d.document_id
    JOIN sqlrag.chunk_embeddings AS e ON e.workspace_id = $1 AND e.chunk_id = c.chunk_id
    WHERE d.workspace_id = $1 AND d.source_key = asked.source_key
    LIMIT 1
) AS item
ORDER BY asked.place

-- name: count_items
SELECT CASE WHEN $2::jsonb IS NULL
    THEN (SELECT coalesce(sum(t.documents), 0) FROM sqlrag.workspace_totals AS t WHERE t.workspace_id = $1)
    ELSE (SELECT count(*) FROM sqlrag.permitted_documents($1, $2))
END::int AS items

-- name: query_items
-- Several questions at once, each with its own filter; place tells them apart.
SELECT asked.place::int, near.rank::int, item.id, near.similarity AS score, item.text, item.metadata, item.tags
FROM unnest($2::halfvec[], $3::int[], $4::jsonb[]) WITH ORDINALITY AS asked (embedding, k, filter, place)
CROSS JOIN LATERAL (
    SELECT n.id AS chunk_id, n.similarity, row_number() OVER (ORDER BY n.similarity DESC, n.id) AS rank
    FROM sqlrag.nearest($1, 'chunk', asked.embedding, asked.k, asked.filter) AS n
) AS near
-- The limit keeps it to look-ups: a plan for empty tables reads every document, and searches for each.
CROSS JOIN LATERAL (
    SELECT d.source_key AS id, c.content AS text, d.metadata, d.tags
    FROM sqlrag.chunks AS c JOIN sqlrag.documents AS d ON d.workspace_id = $1 AND d.document_id = c.document_id
    WHERE c.workspace_id = $1 AND c.chunk_id = near.chunk_id
    LIMIT 1
) AS item
ORDER BY asked.place, near.rank

-- name: hybrid_query_items
SELECT found.rank, found.source_key AS id, found.score, found.content AS text, found.metadata, (
    SELECT d.tags FROM sqlrag.documents AS d WHERE d.workspace_id = $1 AND d.document_id = found.document_id
) AS tags, to_json(found.arms) AS arms
FROM sqlrag.naive_chunks($1, $2, $3, $4, 2147483647, $5, false) AS found
ORDER BY found.rank
