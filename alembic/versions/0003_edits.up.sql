ALTER TABLE sqlrag.entity_aliases
    ALTER COLUMN entity_id DROP NOT NULL,
    ADD COLUMN edited_by text,
    ADD COLUMN edited_at timestamptz,
    ADD FOREIGN KEY (workspace_id) REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    ADD CONSTRAINT an_alias_s_edit_says_whose_it_is CHECK ((edited_by IS NULL) = (edited_at IS NULL)),
    ADD CONSTRAINT only_an_edit_leads_a_name_nowhere CHECK (edited_by IS NOT NULL OR entity_id IS NOT NULL);
CREATE INDEX entity_aliases_of_one_document ON sqlrag.entity_aliases (workspace_id, document_id) WHERE document_id <> 0;
COMMENT ON COLUMN sqlrag.entity_aliases.entity_id IS 'NULL where a person deleted the entity: what documents say by this name is not taken up again.';
COMMENT ON COLUMN sqlrag.entity_aliases.edited_by IS 'Who led the name there by hand; NULL where a document did.';

-- What a name stands for in one document goes with the document.
CREATE FUNCTION sqlrag.forget_aliases() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sqlrag.entity_aliases AS a
    USING gone
    WHERE a.workspace_id = gone.workspace_id AND a.document_id = gone.document_id AND a.document_id <> 0;
    RETURN NULL;
END;
$$;
CREATE TRIGGER forget_aliases_of_documents AFTER DELETE ON sqlrag.documents
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.forget_aliases();

-- A document takes the graph along, and whoever takes from the graph has it alone: from the first
-- row on, or an edit would hold the graph and wait for the rows, and the delete the other way round.
CREATE FUNCTION sqlrag.take_graph() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(716253403, OLD.workspace_id);
    RETURN OLD;
END;
$$;
CREATE TRIGGER take_graph_before_documents_go BEFORE DELETE ON sqlrag.documents
FOR EACH ROW EXECUTE FUNCTION sqlrag.take_graph();

-- An edited relation keeps its ends. Not in one statement, so that it is planned once a session.
CREATE FUNCTION sqlrag.is_related_by_hand(workspace int, entity bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM sqlrag.relations AS r
        WHERE r.workspace_id = workspace AND r.source_id = entity AND r.edited_by IS NOT NULL
    ) OR EXISTS (
        SELECT FROM sqlrag.relations AS r
        WHERE r.workspace_id = workspace AND r.target_id = entity AND r.edited_by IS NOT NULL
    );
END;
$$;

CREATE OR REPLACE FUNCTION sqlrag.forget_entities() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Alone among the writers of the workspace's graph: two that each delete one of the last two
    -- mentions would otherwise both see the other's and leave the entity behind.
    PERFORM pg_advisory_xact_lock(716253403, workspace_id)
    FROM (SELECT DISTINCT workspace_id FROM gone ORDER BY workspace_id) AS touched;
    DELETE FROM sqlrag.entities AS entity
    USING (SELECT DISTINCT workspace_id, entity_id FROM gone) AS lost
    WHERE entity.workspace_id = lost.workspace_id AND entity.entity_id = lost.entity_id
        AND entity.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.mentions AS m
            WHERE m.workspace_id = entity.workspace_id AND m.entity_id = entity.entity_id
        )
        AND NOT sqlrag.is_related_by_hand(entity.workspace_id, entity.entity_id);
    RETURN NULL;
END;
$$;

ALTER TABLE sqlrag.relations
    ADD COLUMN edited_weight float8,
    ADD COLUMN is_reversed boolean,
    DROP CONSTRAINT only_an_edit_sets_a_relation;
ALTER TABLE sqlrag.relations
    ADD CONSTRAINT only_an_edit_sets_a_relation
        CHECK (edited_by IS NOT NULL OR (keywords, description, edited_weight, is_reversed) IS NULL),
    ADD CONSTRAINT edited_weight_is_a_weight CHECK (edited_weight > 0 AND edited_weight < 'Infinity');
COMMENT ON COLUMN sqlrag.relations.weight IS 'The edited weight, else the sum of its evidence''s weights; triggers keep it.';
COMMENT ON COLUMN sqlrag.relations.edited_weight IS 'Set by an edit; otherwise NULL, and the evidence weighs.';
COMMENT ON COLUMN sqlrag.relations.is_reversed IS 'Set by an edit: whether it points from its target to its source; otherwise NULL, and most evidence decides.';
CREATE INDEX edited_relations_by_source ON sqlrag.relations (workspace_id, source_id) WHERE edited_by IS NOT NULL;
CREATE INDEX edited_relations_by_target ON sqlrag.relations (workspace_id, target_id) WHERE edited_by IS NOT NULL;

-- An edited relation was all that kept an end which no document mentions.
CREATE FUNCTION sqlrag.forget_ends() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(716253403, OLD.workspace_id);
    DELETE FROM sqlrag.entities AS entity
    WHERE entity.workspace_id = OLD.workspace_id AND entity.entity_id IN (OLD.source_id, OLD.target_id)
        AND entity.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.mentions AS m
            WHERE m.workspace_id = entity.workspace_id AND m.entity_id = entity.entity_id
        )
        AND NOT sqlrag.is_related_by_hand(entity.workspace_id, entity.entity_id);
    RETURN NULL;
END;
$$;
CREATE TRIGGER forget_ends_of_edited_relations AFTER DELETE ON sqlrag.relations
FOR EACH ROW WHEN (OLD.edited_by IS NOT NULL) EXECUTE FUNCTION sqlrag.forget_ends();

CREATE OR REPLACE FUNCTION sqlrag.forget_relations() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(716253403, workspace_id)
    FROM (SELECT DISTINCT workspace_id FROM gone ORDER BY workspace_id) AS touched;
    DELETE FROM sqlrag.relations AS relation
    USING (SELECT DISTINCT workspace_id, relation_id FROM gone) AS lost
    WHERE relation.workspace_id = lost.workspace_id AND relation.relation_id = lost.relation_id
        AND relation.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.evidence AS e
            WHERE e.workspace_id = relation.workspace_id AND e.relation_id = relation.relation_id
        );
    -- Summed anew: a weight that is added and taken away again would keep the rounding.
    UPDATE sqlrag.relations AS relation
    SET weight = coalesce(relation.edited_weight, left_over.weight)
    FROM (
        SELECT lost.workspace_id, lost.relation_id, coalesce(sum(e.weight), 0) AS weight
        FROM (SELECT DISTINCT workspace_id, relation_id FROM gone) AS lost
        LEFT JOIN sqlrag.evidence AS e USING (workspace_id, relation_id)
        GROUP BY lost.workspace_id, lost.relation_id
    ) AS left_over
    WHERE relation.workspace_id = left_over.workspace_id AND relation.relation_id = left_over.relation_id;
    RETURN NULL;
END;
$$;

CREATE TABLE sqlrag.edits (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    edit_id bigint GENERATED ALWAYS AS IDENTITY,
    edited_at timestamptz NOT NULL DEFAULT now(),
    edited_by text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (workspace_id, edit_id),
    CONSTRAINT an_edit_says_whose_it_is CHECK (edited_by ~ '\S')
);
COMMENT ON TABLE sqlrag.edits IS 'The history of what people changed in the graph; rows are added only.';
COMMENT ON COLUMN sqlrag.edits.action IS 'The function of schema rag that did it.';
COMMENT ON COLUMN sqlrag.edits.subject IS 'The entity, or the two ends of the relation, by the names they had.';
COMMENT ON COLUMN sqlrag.edits.before IS 'What rag.entity or rag.relation_between showed; a list of several; NULL where nothing was.';

CREATE FUNCTION sqlrag.refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- The history of a workspace goes with the workspace.
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = OLD.workspace_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The history of edits is not rewritten.'
        USING ERRCODE = 'restrict_violation', HINT = 'Make another edit instead.';
END;
$$;
CREATE TRIGGER edits_are_added_only BEFORE UPDATE OR DELETE ON sqlrag.edits
FOR EACH ROW EXECUTE FUNCTION sqlrag.refuse_rewriting();

-- By names, which outlive entities: one that no document mentions goes, and comes back with another id.
CREATE TABLE sqlrag.forgotten_relations (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    source_key text COLLATE "C" NOT NULL,
    target_key text COLLATE "C" NOT NULL,
    edited_by text NOT NULL,
    edited_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, source_key, target_key),
    CONSTRAINT a_forgotten_pair_has_one_order CHECK (source_key < target_key)
);
COMMENT ON TABLE sqlrag.forgotten_relations IS 'Pairs of entities that a person unrelated: what documents say of them is not taken up again.';
COMMENT ON COLUMN sqlrag.forgotten_relations.source_key IS 'A name that leads to one end everywhere; rag.name_key folds it.';

-- It also tells now what made a pair a candidate.
DROP FUNCTION IF EXISTS rag.duplicates(text, int);
