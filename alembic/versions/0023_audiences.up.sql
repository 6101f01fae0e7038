-- Who may read a document, each set of principals once: what is said for an audience is said for all its documents.
CREATE TABLE sqlrag.audiences (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    audience_id int NOT NULL,
    principals text[] NOT NULL,
    PRIMARY KEY (workspace_id, audience_id),
    CONSTRAINT audience_is_unique_in_its_workspace UNIQUE (workspace_id, principals),
    CONSTRAINT audience_is_not_everybody CHECK (audience_id > 0 AND cardinality(principals) > 0),
    CONSTRAINT principals_have_names CHECK (array_position(principals, NULL) IS NULL AND '' <> ALL (principals))
);
COMMENT ON TABLE sqlrag.audiences IS 'Sets of principals that documents are for, each of whom may read them.';
COMMENT ON COLUMN sqlrag.audiences.audience_id IS
    'From 1, counted in the workspace; 0, of which there is no row, is everybody who may read the workspace.';
COMMENT ON COLUMN sqlrag.audiences.principals IS 'Sorted, each once.';
SELECT sqlrag.guard_table('sqlrag.audiences');

ALTER TABLE sqlrag.documents ADD COLUMN audience_id int NOT NULL DEFAULT 0;
ALTER TABLE sqlrag.chunks ADD COLUMN audience_id int NOT NULL DEFAULT 0;
ALTER TABLE sqlrag.chunk_terms ADD COLUMN audience_id int NOT NULL DEFAULT 0;
ALTER TABLE sqlrag.chunk_embeddings ADD COLUMN audience_id int NOT NULL DEFAULT 0;
ALTER TABLE sqlrag.mentions ADD COLUMN audience_id int NOT NULL DEFAULT 0;
ALTER TABLE sqlrag.evidence ADD COLUMN audience_id int NOT NULL DEFAULT 0;
ALTER TABLE sqlrag.workspace_totals ADD COLUMN audience_id int NOT NULL DEFAULT 0;
ALTER TYPE sqlrag.new_document ADD ATTRIBUTE read text[];
COMMENT ON TABLE sqlrag.workspace_totals IS
    'Deltas whose sum per workspace and audience is its number of changes, documents, chunks and indexed terms; '
    'triggers write and fold them.';
COMMENT ON COLUMN sqlrag.documents.audience_id IS
    'Who may read it: an audience, or 0 for everybody. What is made of it has a copy, changed with it.';
COMMENT ON TYPE sqlrag.new_document IS
    'A document to be written; error says what of it is missing, NULL for nothing, and read who may read it, NULL for '
    'who may already.';

COMMENT ON COLUMN sqlrag.keys.principals IS
    'Whom it stands for, such as a team or a person: a reader that has some reads what is for them or for everybody.';
CREATE INDEX documents_by_audience ON sqlrag.documents (workspace_id, audience_id, language);
CREATE INDEX chunk_embeddings_by_audience ON sqlrag.chunk_embeddings (workspace_id, space_id, audience_id);
DROP INDEX sqlrag.chunk_terms_by_lexeme;
CREATE UNIQUE INDEX chunk_terms_by_lexeme ON sqlrag.chunk_terms (workspace_id, lexeme, chunk_id)
INCLUDE (frequency, term_count, audience_id);
ALTER TABLE sqlrag.mentions DROP CONSTRAINT mentions_pkey,
    ADD PRIMARY KEY (workspace_id, entity_id, chunk_id) INCLUDE (audience_id);
ALTER TABLE sqlrag.evidence DROP CONSTRAINT evidence_pkey,
    ADD PRIMARY KEY (workspace_id, relation_id, chunk_id) INCLUDE (weight, audience_id);

-- What a person changed and no document has, a person made.
ALTER TABLE sqlrag.entities ADD COLUMN is_made_by_hand boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT only_an_edit_makes_an_entity CHECK (edited_by IS NOT NULL OR NOT is_made_by_hand);
ALTER TABLE sqlrag.relations ADD COLUMN is_made_by_hand boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT only_an_edit_makes_a_relation CHECK (edited_by IS NOT NULL OR NOT is_made_by_hand);
COMMENT ON COLUMN sqlrag.entities.is_made_by_hand IS
    'Whether a person made it, and no document: then whoever may read the workspace sees it.';
COMMENT ON COLUMN sqlrag.relations.is_made_by_hand IS 'Whether a person made it, and no document.';
UPDATE sqlrag.entities AS e SET is_made_by_hand = true
WHERE e.edited_by IS NOT NULL AND NOT EXISTS (
    SELECT FROM sqlrag.mentions AS m WHERE m.workspace_id = e.workspace_id AND m.entity_id = e.entity_id);
UPDATE sqlrag.relations AS r SET is_made_by_hand = true
WHERE r.edited_by IS NOT NULL AND NOT EXISTS (
    SELECT FROM sqlrag.evidence AS v WHERE v.workspace_id = r.workspace_id AND v.relation_id = r.relation_id);

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
        RETURNING total.audience_id, total.changes, total.documents, total.chunks, total.terms
    )
    INSERT INTO sqlrag.workspace_totals (workspace_id, audience_id, changes, documents, chunks, terms)
    SELECT workspace, audience_id, sum(changes), sum(documents), sum(chunks), sum(terms)
    FROM folded
    GROUP BY audience_id
$$;

CREATE OR REPLACE FUNCTION sqlrag.count_documents() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    sign int := CASE TG_OP WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN -1 ELSE 0 END;
BEGIN
    INSERT INTO sqlrag.workspace_totals (workspace_id, audience_id, changes, documents)
    SELECT workspace_id, audience_id, 1, sign * count(*)
    FROM changed
    WHERE EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = changed.workspace_id)
    GROUP BY workspace_id, audience_id;
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
