-- Whoever may read the workspace would read what was kept from some of them.
DO $$
BEGIN
    IF EXISTS (SELECT FROM sqlrag.documents WHERE audience_id <> 0) THEN
        RAISE EXCEPTION 'There are documents that only some may read, and the older schema cannot keep them from '
            'others; delete them, or let everybody read them, first.';
    END IF;
END;
$$;

CREATE OR REPLACE FUNCTION sqlrag.fold_totals(workspace int) RETURNS void
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

CREATE OR REPLACE FUNCTION sqlrag.count_documents() RETURNS trigger
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

CREATE OR REPLACE FUNCTION sqlrag.count_chunks() RETURNS trigger
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

ALTER TABLE sqlrag.relations DROP COLUMN is_made_by_hand;
ALTER TABLE sqlrag.entities DROP COLUMN is_made_by_hand;
DROP INDEX sqlrag.chunk_terms_by_lexeme;
ALTER TABLE sqlrag.mentions DROP CONSTRAINT mentions_pkey, ADD PRIMARY KEY (workspace_id, entity_id, chunk_id);
ALTER TABLE sqlrag.evidence DROP CONSTRAINT evidence_pkey, ADD PRIMARY KEY (workspace_id, relation_id, chunk_id);
ALTER TYPE sqlrag.new_document DROP ATTRIBUTE read;
ALTER TABLE sqlrag.documents DROP COLUMN audience_id;
ALTER TABLE sqlrag.chunks DROP COLUMN audience_id;
ALTER TABLE sqlrag.chunk_terms DROP COLUMN audience_id;
ALTER TABLE sqlrag.chunk_embeddings DROP COLUMN audience_id;
ALTER TABLE sqlrag.mentions DROP COLUMN audience_id;
ALTER TABLE sqlrag.evidence DROP COLUMN audience_id;
ALTER TABLE sqlrag.workspace_totals DROP COLUMN audience_id;
CREATE UNIQUE INDEX chunk_terms_by_lexeme ON sqlrag.chunk_terms (workspace_id, lexeme, chunk_id)
INCLUDE (frequency, term_count);
DROP TABLE sqlrag.audiences;
COMMENT ON TABLE sqlrag.workspace_totals IS
    'Deltas whose sum per workspace is its number of changes, documents, chunks and indexed terms; triggers write '
    'and fold them.';
COMMENT ON TYPE sqlrag.new_document IS 'A document to be written; error says what of it is missing, NULL for nothing.';
COMMENT ON COLUMN sqlrag.keys.principals IS 'Whom it stands for, such as a team or a person.';
