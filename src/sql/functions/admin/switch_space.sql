-- Take a workspace to another space, and drop its vectors of every other; false where some have none there yet.
-- call: SELECT sqlrag.switch_space($1, $2)
CREATE OR REPLACE FUNCTION sqlrag.switch_space(workspace int, space int) RETURNS boolean
-- In one transaction, without a writer beside it: queries see the one space or the other, whole.
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    old_space int;
BEGIN
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
    old_space := (SELECT w.space_id FROM sqlrag.workspaces AS w WHERE w.workspace_id = workspace);
    IF EXISTS (
        SELECT FROM sqlrag.chunk_embeddings AS old
        WHERE old.workspace_id = workspace AND old.space_id = old_space AND NOT EXISTS (
            SELECT FROM sqlrag.chunk_embeddings AS new
            WHERE new.workspace_id = workspace AND new.space_id = space AND new.chunk_id = old.chunk_id)
    ) OR EXISTS (
        SELECT FROM sqlrag.entity_embeddings AS old
        WHERE old.workspace_id = workspace AND old.space_id = old_space AND NOT EXISTS (
            SELECT FROM sqlrag.entity_embeddings AS new
            WHERE new.workspace_id = workspace AND new.space_id = space AND new.entity_id = old.entity_id)
    ) OR EXISTS (
        SELECT FROM sqlrag.relation_embeddings AS old
        WHERE old.workspace_id = workspace AND old.space_id = old_space AND NOT EXISTS (
            SELECT FROM sqlrag.relation_embeddings AS new
            WHERE new.workspace_id = workspace AND new.space_id = space AND new.relation_id = old.relation_id)
    ) THEN
        RETURN false;
    END IF;
    UPDATE sqlrag.workspaces AS w SET space_id = space WHERE w.workspace_id = workspace;
    DELETE FROM sqlrag.chunk_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id <> space;
    DELETE FROM sqlrag.entity_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id <> space;
    DELETE FROM sqlrag.relation_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id <> space;
    RETURN true;
END;
$$;
