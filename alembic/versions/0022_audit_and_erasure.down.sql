DROP VIEW IF EXISTS rag.audit;
DROP TABLE sqlrag.audit;
DROP TYPE sqlrag.new_audit_entry CASCADE;
DROP TYPE sqlrag.trace CASCADE;
DROP TYPE sqlrag.erasure CASCADE;
DROP TYPE sqlrag.phrase CASCADE;
ALTER TABLE sqlrag.model_calls DROP COLUMN document_ids, DROP COLUMN entity_ids;
ALTER TYPE sqlrag.new_model_call DROP ATTRIBUTE document_ids, DROP ATTRIBUTE entity_ids;

CREATE OR REPLACE FUNCTION sqlrag.refuse_rewriting() RETURNS trigger
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
