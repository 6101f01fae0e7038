-- Answers that a model wrote, for as long as the workspace stays as it was.
CREATE TABLE sqlrag.answers (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    key_sha256 bytea NOT NULL,
    version bigint NOT NULL,
    question text NOT NULL,
    model text NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, key_sha256)
);
CREATE INDEX answers_by_age ON sqlrag.answers (workspace_id, created_at);
COMMENT ON TABLE sqlrag.answers IS 'Answers of a model, given again while nothing they rest on has changed.';
COMMENT ON COLUMN sqlrag.answers.key_sha256 IS 'Of the models, the question, the conversation and the parameters.';
COMMENT ON COLUMN sqlrag.answers.version IS
    'The sum of changes in workspace_totals when it was asked; of another version, it is not given.';
COMMENT ON COLUMN sqlrag.answers.answer IS 'The text, its references and its context.';

-- Documents count their changes themselves. Of the graph, what people change is counted, also by
-- hand; what an extractor writes, or a trigger takes away, goes with a change of its document.
CREATE FUNCTION sqlrag.count_edit() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sqlrag.workspace_totals (workspace_id, changes) VALUES (NEW.workspace_id, 1);
    RETURN NULL;
END;
$$;
CREATE FUNCTION sqlrag.count_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sqlrag.workspace_totals (workspace_id, changes) SELECT DISTINCT workspace_id, 1 FROM changed;
    IF random() < 0.03 THEN
        PERFORM sqlrag.fold_totals(workspace_id) FROM (SELECT DISTINCT workspace_id FROM changed) AS touched;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER count_added_entities AFTER INSERT ON sqlrag.entities
FOR EACH ROW WHEN (NEW.edited_by IS NOT NULL) EXECUTE FUNCTION sqlrag.count_edit();
CREATE TRIGGER count_edited_entities AFTER UPDATE ON sqlrag.entities
FOR EACH ROW WHEN (NEW.edited_by IS NOT NULL OR OLD.edited_by IS NOT NULL) EXECUTE FUNCTION sqlrag.count_edit();
CREATE TRIGGER count_deleted_entities AFTER DELETE ON sqlrag.entities
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION sqlrag.count_changes();
CREATE TRIGGER count_added_relations AFTER INSERT ON sqlrag.relations
FOR EACH ROW WHEN (NEW.edited_by IS NOT NULL) EXECUTE FUNCTION sqlrag.count_edit();
CREATE TRIGGER count_edited_relations AFTER UPDATE ON sqlrag.relations
FOR EACH ROW WHEN (NEW.edited_by IS NOT NULL OR OLD.edited_by IS NOT NULL) EXECUTE FUNCTION sqlrag.count_edit();
CREATE TRIGGER count_deleted_relations AFTER DELETE ON sqlrag.relations
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION sqlrag.count_changes();

-- A name decides what a question finds, whoever gave it.
CREATE TRIGGER count_added_names AFTER INSERT ON sqlrag.entity_aliases
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_changes();
CREATE TRIGGER count_changed_names AFTER UPDATE ON sqlrag.entity_aliases
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sqlrag.count_changes();
CREATE TRIGGER count_deleted_names AFTER DELETE ON sqlrag.entity_aliases
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION sqlrag.count_changes();
