-- In public by name: "$user" comes first in the search path, and a role may be named sqlrag.
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
CREATE SCHEMA IF NOT EXISTS sqlrag;
COMMENT ON SCHEMA sqlrag IS 'The tables of sqlrag. Read them through the functions and views of schema rag.';
CREATE SCHEMA IF NOT EXISTS rag;
COMMENT ON SCHEMA rag IS 'What sqlrag offers to SQL: functions and views, no data. \df rag.* lists it.';
CREATE TABLE sqlrag.embedding_spaces (
    space_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    dimensions int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_space_per_model_and_dimensions UNIQUE (model, dimensions),
    CONSTRAINT dimensions_fit_a_halfvec_index CHECK (dimensions BETWEEN 1 AND 4000)
);
COMMENT ON TABLE sqlrag.embedding_spaces IS 'One embedding model and its number of dimensions; vectors of different spaces never meet.';

CREATE TABLE sqlrag.workspaces (
    workspace_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    space_id int REFERENCES sqlrag.embedding_spaces (space_id),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workspace_name_is_unique UNIQUE (name),
    CONSTRAINT workspace_name_is_not_blank CHECK (name ~ '\S')
);
COMMENT ON TABLE sqlrag.workspaces IS 'A tenant. Every row of the other tables belongs to one.';
COMMENT ON COLUMN sqlrag.workspaces.space_id IS 'The space its embeddings are searched in; NULL until the first document.';

-- Sums that BM25 and the status page need, kept as deltas: a counter row would make
-- every writer of a workspace wait for every other.
CREATE TABLE sqlrag.workspace_totals (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    total_id bigint GENERATED ALWAYS AS IDENTITY,
    changes bigint NOT NULL DEFAULT 0,
    documents bigint NOT NULL DEFAULT 0,
    chunks bigint NOT NULL DEFAULT 0,
    terms bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, total_id)
);
COMMENT ON TABLE sqlrag.workspace_totals IS 'Deltas whose sum per workspace is its number of changes, documents, chunks and indexed terms; triggers write and fold them.';

-- Fold a workspace's deltas into one row, passing over those another transaction holds.
CREATE FUNCTION sqlrag.fold_totals(workspace int) RETURNS void
LANGUAGE sql AS $$
    WITH old AS (
        SELECT total_id
        FROM sqlrag.workspace_totals
        WHERE workspace_id = workspace
        FOR UPDATE SKIP LOCKED
    ), folded AS (
        DELETE FROM sqlrag.workspace_totals AS total
        USING old
        WHERE total.workspace_id = workspace AND total.total_id = old.total_id
        RETURNING total.changes, total.documents, total.chunks, total.terms
    )
    INSERT INTO sqlrag.workspace_totals (workspace_id, changes, documents, chunks, terms)
    SELECT workspace, sum(changes), sum(documents), sum(chunks), sum(terms)
    FROM folded
    HAVING count(*) > 0
$$;
CREATE TABLE sqlrag.documents (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    document_id bigint GENERATED ALWAYS AS IDENTITY,
    source_key text NOT NULL,
    title text NOT NULL,
    media_type text NOT NULL,
    language text NOT NULL,
    content_sha256 bytea NOT NULL,
    recipe text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    status text NOT NULL,
    error text,
    char_count int NOT NULL DEFAULT 0,
    revision int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, document_id),
    CONSTRAINT source_key_is_unique_in_its_workspace UNIQUE (workspace_id, source_key),
    CONSTRAINT status_is_known CHECK (status IN ('ready', 'failed')),
    CONSTRAINT a_failed_document_says_why CHECK (status <> 'failed' OR error IS NOT NULL),
    CONSTRAINT metadata_is_an_object CHECK (jsonb_typeof(metadata) = 'object')
);
COMMENT ON TABLE sqlrag.documents IS 'What users gave us, one row per source key.';
COMMENT ON COLUMN sqlrag.documents.source_key IS 'The stable name of the document in its workspace: path, URL or the caller''s id.';
COMMENT ON COLUMN sqlrag.documents.language IS 'The text search configuration its words are stemmed by.';
COMMENT ON COLUMN sqlrag.documents.content_sha256 IS 'Of the bytes as they were handed in.';
COMMENT ON COLUMN sqlrag.documents.recipe IS 'The settings of parsing and splitting; the same bytes by another recipe are new content.';
COMMENT ON COLUMN sqlrag.documents.error IS 'Why the last attempt failed; a ready document keeps its last good content.';
COMMENT ON COLUMN sqlrag.documents.revision IS 'Counts writes; a writer that read an older one must start again.';

CREATE INDEX documents_by_metadata ON sqlrag.documents USING gin (metadata jsonb_path_ops);
CREATE INDEX documents_by_tag ON sqlrag.documents USING gin (tags);
CREATE INDEX documents_by_language ON sqlrag.documents (workspace_id, language);
CREATE INDEX documents_by_creation ON sqlrag.documents (workspace_id, created_at);

-- One delta per statement and workspace; about every thirtieth statement folds them.
CREATE FUNCTION sqlrag.count_documents() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    sign int := CASE TG_OP WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN -1 ELSE 0 END;
BEGIN
    INSERT INTO sqlrag.workspace_totals (workspace_id, changes, documents)
    SELECT workspace_id, 1, sign * count(*)
    FROM changed
    WHERE EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = changed.workspace_id)
    GROUP BY workspace_id;
    IF random() < 0.03 THEN
        PERFORM sqlrag.fold_totals(workspace_id) FROM (SELECT DISTINCT workspace_id FROM changed) AS touched;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER count_added_documents AFTER INSERT ON sqlrag.documents
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_documents();
CREATE TRIGGER count_updated_documents AFTER UPDATE ON sqlrag.documents
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_documents();
CREATE TRIGGER count_deleted_documents AFTER DELETE ON sqlrag.documents
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_documents();
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
COMMENT ON COLUMN sqlrag.chunks.content_sha256 IS 'Of everything that is indexed with the chunk: language, title, headings and content.';
COMMENT ON COLUMN sqlrag.chunks.term_count IS 'The chunk''s length in BM25: its terms, repeats counted, stop words left out.';
COMMENT ON COLUMN sqlrag.chunks.char_start IS 'The first character of the chunk in the parsed text of its document, from 0.';
COMMENT ON COLUMN sqlrag.chunks.page IS 'The page, from 1, on which the chunk starts; NULL where there are no pages.';
COMMENT ON COLUMN sqlrag.chunks.page_breaks IS 'Where, inside the chunk, each further page begins, counted as char_start is.';

-- The posting list of BM25. No foreign key: checking one row per word would cost more than
-- all else of an insert, so a trigger on chunks deletes the postings instead.
CREATE TABLE sqlrag.chunk_terms (
    workspace_id int NOT NULL,
    lexeme text COLLATE "C" NOT NULL,
    chunk_id bigint NOT NULL,
    frequency int NOT NULL,
    term_count int NOT NULL
);
CREATE UNIQUE INDEX chunk_terms_by_lexeme ON sqlrag.chunk_terms (workspace_id, lexeme, chunk_id)
INCLUDE (frequency, term_count);
CREATE INDEX chunk_terms_by_chunk ON sqlrag.chunk_terms (workspace_id, chunk_id);
COMMENT ON TABLE sqlrag.chunk_terms IS 'How often each lexeme occurs in each chunk; what BM25 reads.';
COMMENT ON COLUMN sqlrag.chunk_terms.term_count IS 'A copy of the chunk''s, so that scoring reads one index only.';

CREATE TABLE sqlrag.chunk_embeddings (
    workspace_id int NOT NULL,
    chunk_id bigint NOT NULL,
    space_id int NOT NULL REFERENCES sqlrag.embedding_spaces (space_id),
    -- PLAIN: a vector moved out of line would make every exact scan fetch it row by row.
    embedding halfvec STORAGE PLAIN NOT NULL,
    PRIMARY KEY (workspace_id, space_id, chunk_id),
    FOREIGN KEY (workspace_id, chunk_id)
        REFERENCES sqlrag.chunks (workspace_id, chunk_id) ON DELETE CASCADE
);
CREATE INDEX chunk_embeddings_by_chunk ON sqlrag.chunk_embeddings (workspace_id, chunk_id);
COMMENT ON TABLE sqlrag.chunk_embeddings IS 'The vectors of the chunks, apart from the rows that change.';

CREATE FUNCTION sqlrag.count_chunks() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    sign int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO sqlrag.workspace_totals (workspace_id, changes, chunks, terms)
    SELECT workspace_id, 1, sign * count(*), sign * sum(term_count)
    FROM changed
    WHERE EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = changed.workspace_id)
    GROUP BY workspace_id;
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
