CREATE TABLE sqlrag.chunks (
    workspace_id int NOT NULL,
    chunk_id bigint GENERATED ALWAYS AS IDENTITY,
    document_id bigint NOT NULL,
    ordinal int NOT NULL,
    content text NOT NULL,
    content_sha256 bytea NOT NULL,
    token_count int NOT NULL,
    term_count int NOT NULL,
    char_start int NOT NULL,
    char_end int NOT NULL,
    page int,
    page_breaks int[] NOT NULL DEFAULT '{}',
    headings text[] NOT NULL DEFAULT '{}',
    extractor text,
    audience_id int NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, chunk_id),
    FOREIGN KEY (workspace_id, document_id)
        REFERENCES sqlrag.documents (workspace_id, document_id) ON DELETE CASCADE,
    -- Deferrable, so that one statement can move every chunk of a document.
    CONSTRAINT ordinal_is_unique_in_its_document
        UNIQUE (workspace_id, document_id, ordinal) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT only_pages_have_breaks CHECK (page IS NOT NULL OR page_breaks = '{}'),
    CONSTRAINT span_holds_the_content CHECK (char_end - char_start = length(content))
);
COMMENT ON TABLE sqlrag.chunks IS 'A stretch of a document that is embedded whole.';
COMMENT ON COLUMN sqlrag.chunks.content_sha256 IS
    'Of everything that is indexed with the chunk: language, title, headings and content.';
COMMENT ON COLUMN sqlrag.chunks.term_count IS
    'The chunk''s length in BM25: its terms, repeats counted, stop words left out.';
COMMENT ON COLUMN sqlrag.chunks.char_start IS
    'The first character of the chunk in the parsed text of its document, from 0.';
COMMENT ON COLUMN sqlrag.chunks.page IS 'The page, from 1, on which the chunk starts; NULL where there are no pages.';
COMMENT ON COLUMN sqlrag.chunks.page_breaks IS
    'Where, inside the chunk, each further page begins, counted as char_start is.';
COMMENT ON COLUMN sqlrag.chunks.extractor IS
    'What has extracted its entities and relations; NULL while that is still to be done.';

-- The posting list of BM25. No foreign key: checking one row per word would cost more than
-- all else of an insert, so a trigger on chunks deletes the postings instead.
CREATE TABLE sqlrag.chunk_terms (
    workspace_id int NOT NULL,
    lexeme text COLLATE "C" NOT NULL,
    chunk_id bigint NOT NULL,
    frequency int NOT NULL,
    term_count int NOT NULL,
    audience_id int NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX chunk_terms_by_lexeme ON sqlrag.chunk_terms (workspace_id, lexeme, chunk_id)
INCLUDE (frequency, term_count, audience_id);
CREATE INDEX chunk_terms_by_chunk ON sqlrag.chunk_terms (workspace_id, chunk_id);
COMMENT ON TABLE sqlrag.chunk_terms IS 'How often each lexeme occurs in each chunk; what BM25 reads.';
COMMENT ON COLUMN sqlrag.chunk_terms.term_count IS
    'A copy of the chunk''s, so that scoring reads one index only; 0 for the terms of its titles, which begin with ^.';

CREATE TABLE sqlrag.chunk_embeddings (
    workspace_id int NOT NULL,
    chunk_id bigint NOT NULL,
    space_id int NOT NULL REFERENCES sqlrag.embedding_spaces (space_id),
    -- PLAIN: a vector moved out of line would make every exact scan fetch it row by row.
    embedding halfvec STORAGE PLAIN NOT NULL,
    audience_id int NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, space_id, chunk_id),
    FOREIGN KEY (workspace_id, chunk_id)
        REFERENCES sqlrag.chunks (workspace_id, chunk_id) ON DELETE CASCADE
);
CREATE INDEX chunk_embeddings_by_audience ON sqlrag.chunk_embeddings (workspace_id, space_id, audience_id);
CREATE INDEX chunk_embeddings_by_chunk ON sqlrag.chunk_embeddings (workspace_id, chunk_id);
COMMENT ON TABLE sqlrag.chunk_embeddings IS 'The vectors of the chunks, apart from the rows that change.';

CREATE FUNCTION sqlrag.count_chunks() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    sign int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO sqlrag.workspace_totals (workspace_id, audience_id, changes, chunks, terms)
    SELECT workspace_id, audience_id, 1, sign * count(*), sign * sum(term_count)
    FROM changed
    WHERE EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = changed.workspace_id)
    GROUP BY workspace_id, audience_id;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM sqlrag.chunk_terms AS term
        USING changed
        WHERE term.workspace_id = changed.workspace_id AND term.chunk_id = changed.chunk_id;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER count_added_chunks AFTER INSERT ON sqlrag.chunks
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_chunks();
CREATE TRIGGER count_deleted_chunks AFTER DELETE ON sqlrag.chunks
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_chunks();
