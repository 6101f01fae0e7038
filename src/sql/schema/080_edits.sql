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
COMMENT ON COLUMN sqlrag.edits.before IS
    'What rag.entity or rag.relation_between showed; a list of several; NULL where nothing was.';

CREATE FUNCTION sqlrag.refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- The history of a workspace goes with the workspace.
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM sqlrag.workspaces AS w WHERE w.workspace_id = OLD.workspace_id) THEN
        RETURN OLD;
    END IF;
    -- What it says can be erased, not changed: that somebody did something then stays.
    IF TG_OP = 'UPDATE' AND (NEW.subject, NEW.before, NEW.after) IS NOT DISTINCT FROM ('', NULL::jsonb, NULL::jsonb)
        AND NEW.edited_by IN (OLD.edited_by, 'erased')
        AND (NEW.workspace_id, NEW.edit_id, NEW.edited_at, NEW.action)
            = (OLD.workspace_id, OLD.edit_id, OLD.edited_at, OLD.action)
    THEN
        RETURN NEW;
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
COMMENT ON TABLE sqlrag.forgotten_relations IS
    'Pairs of entities that a person unrelated: what documents say of them is not taken up again.';
COMMENT ON COLUMN sqlrag.forgotten_relations.source_key IS
    'A name that leads to one end everywhere; rag.name_key folds it.';
